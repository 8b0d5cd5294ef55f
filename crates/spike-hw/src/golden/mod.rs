//! Reference cases of the emulated programs, and the mutation test that shows that each rule is needed.
//!
//! The cases lie in `tests/golden`; they are read here, inside the crate, because only here a rule can be broken.

mod lava;
mod nengo;
mod nengo_quantize;

use crate::rules::{Exact, Rule, Rules, Without};
use serde_json::Value;

/// All cases with their names; true if the case agrees with the reference in every number.
fn cases<R: Rules>(rules: R) -> Vec<(String, bool)> {
    let mut cases = lava::cases(rules);
    cases.extend(nengo::cases(rules));
    cases.extend(nengo_quantize::cases(rules));
    cases
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A number, or the numbers of a list of any depth, in order.
fn numbers(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        Value::Bool(b) => vec![i64::from(*b)],
        Value::Null => vec![],
        number => vec![number.as_i64().unwrap_or_else(|| number.as_f64().unwrap() as i64)],
    }
}

fn ints<T: TryFrom<i64>>(value: &Value) -> Vec<T> {
    numbers(value).into_iter().map(|x| T::try_from(x).ok().unwrap()).collect()
}

fn int<T: TryFrom<i64>>(value: &Value) -> T {
    let mut list = ints(value);
    assert_eq!(list.len(), 1);
    list.remove(0)
}

fn floats(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(list) => list.iter().flat_map(floats).collect(),
        number => vec![number.as_f64().unwrap() as f32],
    }
}

#[test]
fn every_case_agrees_bit_for_bit() {
    let cases = cases(Exact);
    let wrong: Vec<_> = cases.iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(cases.len() >= 240, "{} cases", cases.len());
}

#[test]
fn every_rule_is_needed() {
    let exact = cases(Exact);
    let noticed = |rule: Rule| {
        let broken = cases(Without(rule));
        exact.iter().zip(&broken).filter(|((_, with), (_, without))| *with && !without).count()
    };
    let needless: Vec<_> = Rule::ALL.iter().filter(|&&rule| noticed(rule) == 0).collect();
    assert!(needless.is_empty(), "no case notices when these are broken: {needless:?}");
}
