//! What a device takes from the plug, where the platform tells: the counters of Linux for the processor, NVIDIA's own program for its cards.

use std::process::Command;

/// Energy of the processor's packages since some time, J; none where nobody may read it.
fn counted() -> Option<f64> {
    let zones = std::fs::read_dir("/sys/class/powercap").ok()?.flatten();
    let packages = zones.filter(|zone| zone.file_name().to_string_lossy().matches(':').count() == 1);
    let energies = packages.filter_map(|zone| joules(&std::fs::read_to_string(zone.path().join("energy_uj")).ok()?));
    energies.reduce(|a, b| a + b)
}

/// Of a counter in microjoules.
fn joules(text: &str) -> Option<f64> {
    Some(text.trim().parse::<f64>().ok()? * 1e-6)
}

/// The first card's power, W.
fn first_card(text: &str) -> Option<f64> {
    text.lines().next()?.trim().parse().ok()
}

/// A measurement that has begun.
pub(super) struct Meter {
    before: Option<f64>,
}

impl Meter {
    pub(super) fn start() -> Meter {
        Meter { before: counted() }
    }

    /// Mean power of a device that was busy for so many seconds until now, W.
    pub(super) fn watts(&self, kind: &str, adapter: &str, seconds: f64) -> Option<f64> {
        if kind == "cpu" {
            // a counter that ran over tells nothing
            return Some((counted()? - self.before?) / seconds).filter(|watts| *watts > 0.0);
        }
        if !adapter.contains("NVIDIA") {
            return None;
        }
        // the driver's mean of the last second or so
        let asked = ["--query-gpu=power.draw", "--format=csv,noheader,nounits"];
        let told = Command::new("nvidia-smi").args(asked).output().ok()?;
        first_card(&String::from_utf8_lossy(&told.stdout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_platforms_say_is_read() {
        assert_eq!(joules("12500000\n"), Some(12.5));
        assert_eq!(joules("denied"), None);
        assert_eq!(first_card("412.37\n98.10\n"), Some(412.37));
        assert_eq!(first_card("[N/A]\n"), None);
        assert_eq!(first_card(""), None);
        let meter = Meter { before: None };
        assert_eq!(meter.watts("gpu", "llvmpipe", 1.0), None);
        assert_eq!(meter.watts("cpu", "", 1.0), None);
    }
}
