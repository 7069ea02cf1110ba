//! Everything that is written down: pictures, field files, the time series and the report.

pub mod axes;
pub mod bar;
pub mod base64;
pub mod canvas;
pub mod colormap;
pub mod compare;
pub mod contour;
pub mod curve;
pub mod field;
pub mod file;
pub mod heatmap;
pub mod html;
pub mod label;
pub mod markup;
pub mod npy;
pub mod pictures;
pub mod plane;
pub mod plot;
pub mod render;
pub mod resample;
pub mod scale;
pub mod series;
pub mod text;
pub mod vtk;

pub use file::OutputError;
