use super::*;
use crate::backend::cpu::{Cpu, Single};
use crate::backend::{BackendInfo, Ledger};
use std::time::Duration;

/// A backend with a fault.
struct Faulty {
    sound: Cpu,
    fault: Fault,
    reads: u64,
}

#[derive(Clone, Copy)]
enum Fault {
    /// Steps a little too long: energy still closes in the ledger, the answer is wrong.
    Hasty,
    /// Heat that nobody booked.
    Leak,
    /// One cell far out.
    Hot,
    /// One bit, once in a while.
    Bit,
}

impl Backend for Faulty {
    fn info(&self) -> BackendInfo {
        self.sound.info()
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        self.sound.load(enthalpy, ledger)
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        let length = if matches!(self.fault, Fault::Hasty) { 1.01 } else { 1.0 };
        self.sound.advance(Clock { step: length * clock.step, ..clock }, first, count)
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        let mut state = self.sound.enthalpy()?;
        self.reads += 1;
        match self.fault {
            Fault::Hot => state[7] = 100.0,
            Fault::Bit if self.reads == 3 => state[5] = f64::from_bits(state[5].to_bits() ^ 1),
            _ => {}
        }
        Ok(state)
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        let mut ledger = self.sound.ledger()?;
        if matches!(self.fault, Fault::Leak) {
            ledger.surfaces[0] *= 1.001;
        }
        Ok(ledger)
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        self.sound.range()
    }
}

#[test]
fn sound_backends_score() {
    let double = |c: &Conduction| -> Result<Box<dyn Backend>, _> { Ok(Box::new(Cpu::new(c.clone()))) };
    let single = |c: &Conduction| -> Result<Box<dyn Backend>, _> { Ok(Box::new(Single::new(c.clone())?)) };
    for (name, case) in Case::ALL {
        for open in [&double as Open, &single] {
            let score = time(case, case.small(), open, 10.0, 0.002).expect("timed");
            assert_eq!(score.checks.objection(), None, "{name}");
            assert!(score.gcells_per_s.is_some_and(|g| g > 0.0) && score.share_of_copy.is_some(), "{name}");
        }
    }
}

#[test]
fn a_backend_with_a_fault_gets_no_score() {
    for (fault, word) in [(Fault::Hasty, "differs"), (Fault::Leak, "energy"), (Fault::Hot, "differs")] {
        let open = |c: &Conduction| -> Result<Box<dyn Backend>, _> {
            Ok(Box::new(Faulty { sound: Cpu::new(c.clone()), fault, reads: 0 }))
        };
        let score = time(Case::Solid, Case::Solid.small(), &open, 10.0, 0.002).expect("timed");
        let objection = score.checks.objection().expect("an objection");
        assert!(objection.contains(word), "{objection}");
        assert!(score.gcells_per_s.is_none() && score.share_of_copy.is_none());
    }
    let beyond = Checks { error: 0.0, energy_closure: 0.0, overshoot: 1e-3 };
    assert!(beyond.objection().is_some_and(|o| o.contains("range")));
    let broken = Checks { error: f64::NAN, ..beyond };
    assert!(broken.objection().is_some_and(|o| o.contains("differs")));
}

#[test]
fn a_soak_finds_a_single_wrong_bit() {
    let with = |fault| {
        let open = move |c: &Conduction| -> Result<Box<dyn Backend>, _> {
            Ok(Box::new(Faulty { sound: Cpu::new(c.clone()), fault, reads: 0 }))
        };
        soak(Case::Plane, [40, 30, 1], &open, Duration::from_millis(50), &|| true).expect("soaked")
    };
    let faulty = with(Fault::Bit);
    assert!(faulty.laps >= 3 && faulty.wrong_laps == 1 && faulty.wrong_bits == 1, "{faulty:?}");
    let sound = with(Fault::Leak);
    assert_eq!((sound.wrong_laps, sound.wrong_bits), (0, 0));
    // An interrupt ends it, and what it found stays.
    let open = |c: &Conduction| -> Result<Box<dyn Backend>, _> { Ok(Box::new(Cpu::new(c.clone()))) };
    let cut = soak(Case::Plane, [40, 30, 1], &open, Duration::from_secs(3600), &|| false).expect("soaked");
    assert_eq!((cut.laps, cut.wrong_laps), (2, 0));
}
