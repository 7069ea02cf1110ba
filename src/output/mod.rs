//! Everything that is written down: pictures, field files, the time series and the report.

pub mod axes;
pub mod bar;
pub mod canvas;
pub mod colormap;
pub mod contour;
pub mod file;
pub mod heatmap;
pub mod label;
pub mod resample;
pub mod scale;
pub mod text;

pub use file::OutputError;
