//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    clausius::cli::main()
}
