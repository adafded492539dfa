use num_bigint::{BigInt, Sign};

/// A decimal of any size: `coefficient × 10^exponent`.
///
/// Sprig's `addf`, `subf`, `mulf` and `divf` compute with these, so that 0.1 + 0.2 is 0.3.
/// Source: `shopspring/decimal` 1.4.0.
#[derive(Debug, Clone)]
pub(crate) struct Decimal {
    coefficient: BigInt,
    exponent: i32,
}

/// A quotient is rounded to this many places.
const DIVISION_PLACES: i32 = 16;

impl Decimal {
    /// Returns the shortest decimal that reads back as `number`; nothing for NaN and the infinities.
    pub(crate) fn from_float(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let text = towpath_model::shortest(number);
        let (digits, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let coefficient = format!("{whole}{part}").parse().ok()?;
        Some(Self { coefficient, exponent: exponent - i32::try_from(part.len()).ok()? })
    }

    /// Returns the nearest float.
    pub(crate) fn to_float(&self) -> f64 {
        format!("{}e{}", self.coefficient, self.exponent).parse().unwrap_or(0.0)
    }

    /// Returns the sum.
    pub(crate) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { coefficient: self.scaled(exponent) + other.scaled(exponent), exponent }
    }

    /// Returns the difference.
    pub(crate) fn subtract(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { coefficient: self.scaled(exponent) - other.scaled(exponent), exponent }
    }

    /// Returns the product.
    pub(crate) fn multiply(&self, other: &Self) -> Self {
        Self { coefficient: &self.coefficient * &other.coefficient, exponent: self.exponent + other.exponent }
    }

    /// Returns the quotient to 16 places, halves away from zero; nothing for a division by zero.
    pub(crate) fn divide(&self, other: &Self) -> Option<Self> {
        if other.coefficient.sign() == Sign::NoSign {
            return None;
        }
        let shift = self.exponent - other.exponent + DIVISION_PLACES;
        let (mut above, mut below) = (self.coefficient.clone(), other.coefficient.clone());
        if shift >= 0 {
            above *= power_of_ten(shift);
        } else {
            below *= power_of_ten(-shift);
        }
        let (mut quotient, rest) = (&above / &below, &above % &below);
        if rest.magnitude() * 2u8 >= *below.magnitude() {
            quotient += if above.sign() == below.sign() { 1 } else { -1 };
        }
        Some(Self { coefficient: quotient, exponent: -DIVISION_PLACES })
    }

    /// Returns the coefficient for a smaller exponent.
    fn scaled(&self, exponent: i32) -> BigInt {
        &self.coefficient * power_of_ten(self.exponent - exponent)
    }
}

fn power_of_ten(exponent: i32) -> BigInt {
    BigInt::from(10).pow(exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_quotients_have_sixteen_places() {
        let decimal = |number| Decimal::from_float(number).unwrap();
        assert_eq!(decimal(0.1).add(&decimal(0.2)).to_float().to_string(), "0.3");
        assert_eq!(decimal(10.0).divide(&decimal(3.0)).unwrap().to_float().to_string(), "3.3333333333333335");
        assert_eq!(decimal(-2.0).divide(&decimal(3.0)).unwrap().to_float().to_string(), "-0.6666666666666667");
        assert!(decimal(1.0).divide(&decimal(0.0)).is_none());
        assert_eq!(decimal(1e300).multiply(&decimal(1e-300)).to_float().to_string(), "1");
    }
}
