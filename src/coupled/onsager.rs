//! Virtual experiments on the linear device: one drop at a time, at one temperature.
