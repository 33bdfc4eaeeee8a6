//! Phone numbers: one per serial without looking at the others, and the ways people write them.

use super::locale::{Locale, Phones};

/// A national number that belongs to one serial.
#[derive(Debug, Clone)]
pub(super) struct Number {
    digits: String,
    calling: &'static str,
    trunk: &'static str,
    area: usize,
}

/// The mobile of a serial; different below the plan's six million numbers or more.
pub(super) fn mobile(locale: &'static Locale, serial: u64) -> Number {
    make(&locale.phones, locale.phones.mobile, serial)
}

/// The land line of a serial.
pub(super) fn landline(locale: &'static Locale, serial: u64) -> Number {
    make(&locale.phones, locale.phones.landline, serial)
}

fn make(
    phones: &'static Phones,
    (heads, tail): (&'static [&'static str], u32),
    serial: u64,
) -> Number {
    let width = 10_u64.pow(tail);
    // A prime that divides none of the ranges, so that the step visits every number once before any comes again.
    let spread = serial.wrapping_mul(48_271) % (width * heads.len() as u64);
    let head = heads
        .get((spread / width) as usize)
        .copied()
        .unwrap_or_default();
    Number {
        digits: format!("{head}{:0tail$}", spread % width, tail = tail as usize),
        calling: phones.calling,
        trunk: phones.trunk,
        area: phones.area,
    }
}

impl Number {
    /// As `+447412345678`.
    pub(super) fn e164(&self) -> String {
        format!("+{}{}", self.calling, self.digits)
    }

    /// As somebody at a counter types it; eight habits, one of them international with blanks.
    pub(super) fn written(&self, habit: u32) -> String {
        let (area, rest) = self.digits.split_at(self.area.min(self.digits.len()));
        let (near, far) = rest.split_at(rest.len() / 2);
        let trunk = self.trunk;
        match habit % 8 {
            0 | 1 => format!("{trunk}{area} {rest}"),
            2 | 3 => format!("{trunk}{area}{rest}"),
            4 => format!("({trunk}{area}) {near} {far}"),
            5 => format!("{trunk}{area}-{near}-{far}"),
            6 => format!(" {trunk}{area} {near} {far}"),
            _ => format!("+{} {area} {near} {far}", self.calling),
        }
    }
}
