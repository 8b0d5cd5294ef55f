//! Arrays written by NumPy (`golden/make_golden.py`) have the same values here.

use std::path::PathBuf;

use spike_io::{ElementType, OpenOptions, ReadError, open};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn read(name: &str, array: Option<&str>) -> Result<(Vec<usize>, ElementType, Vec<f64>), ReadError> {
    let options = OpenOptions { npz_array: array.map(str::to_owned), ..OpenOptions::default() };
    let mut source = open(&golden(name), None, &options)?;
    let mut shape = vec![source.shape().num_samples()];
    shape.extend(source.shape().feature_shape());
    let mut values = Vec::new();
    while source.read_samples(3, &mut values)? > 0 {}

    let mut again = Vec::new();
    source.rewind()?;
    source.skip_samples(1)?;
    while source.read_samples(1, &mut again)? > 0 {}
    let rest = &values[source.shape().num_features()..];
    assert!(again.iter().zip(rest).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert_eq!(again.len(), rest.len());
    Ok((shape, source.element(), values))
}

fn counted(value: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..24).map(|count| value(f64::from(count))).collect()
}

#[test]
fn every_dtype_and_byte_order() {
    let boolean = counted(|count| f64::from(count % 3.0 == 0.0));
    let unsigned = counted(|count| count * 5.0);
    let signed = counted(|count| count * 5.0 - 60.0);
    let real = counted(|count| (count - 12.0) / 8.0);
    let cases = [
        ("b1", ElementType::U8, &boolean),
        ("u1", ElementType::U8, &unsigned),
        ("i1", ElementType::I8, &signed),
        ("le_u2", ElementType::U16, &unsigned),
        ("be_i2", ElementType::I16, &signed),
        ("le_u4", ElementType::U32, &unsigned),
        ("be_i4", ElementType::I32, &signed),
        ("le_u8", ElementType::U64, &unsigned),
        ("be_i8", ElementType::I64, &signed),
        ("le_f2", ElementType::F16, &real),
        ("be_f4", ElementType::F32, &real),
        ("le_f8", ElementType::F64, &real),
        ("be_f8", ElementType::F64, &real),
        ("version_1", ElementType::F64, &real),
        ("version_2", ElementType::F64, &real),
        ("version_3", ElementType::F64, &real),
        ("fortran", ElementType::F64, &real),
    ];
    for (name, element, expected) in cases {
        let (shape, found_element, values) = read(&format!("{name}.npy"), None).unwrap();
        assert_eq!(shape, [4, 3, 2], "{name}");
        assert_eq!(found_element, element, "{name}");
        assert_eq!(&values, expected, "{name}");
    }
    let (shape, element, values) = read("fortran_be.npy", None).unwrap();
    assert_eq!((shape, element), (vec![4, 3, 2], ElementType::I16));
    assert_eq!(values, counted(|count| ((count - 12.0) / 8.0).trunc()));
}

#[test]
fn one_axis_is_one_sample_and_nan_passes() {
    let (shape, _, values) = read("one_axis.npy", None).unwrap();
    assert_eq!(shape, [1, 24]);
    assert_eq!(values, counted(|count| (count - 12.0) / 8.0));
    let (_, _, values) = read("nan.npy", None).unwrap();
    assert!(values[0].is_nan());
    assert_eq!(values[1..], [f64::INFINITY, f64::NEG_INFINITY]);
}

#[test]
fn arrays_that_are_not_real_numbers_are_refused() {
    for name in ["complex", "record", "text", "object"] {
        let error = read(&format!("{name}.npy"), None).unwrap_err();
        assert!(matches!(error, ReadError::NpyDtype { .. }), "{name}");
    }
    assert!(matches!(read("scalar.npy", None), Err(ReadError::NoAxes)));
    let error = read("empty.npy", None).unwrap_err();
    assert!(matches!(error, ReadError::Empty { shape } if shape == [0, 3]));
    let error = read("beyond.npy", None).unwrap_err();
    assert!(matches!(error, ReadError::Inexact { position: 1, value } if value == (1 << 53) + 1));
}

#[test]
fn archives_stored_and_deflated() {
    let real = counted(|count| (count - 12.0) / 8.0);
    for name in ["stored.npz", "deflated.npz"] {
        for array in ["first", "third.npy"] {
            let (shape, _, values) = read(name, Some(array)).unwrap();
            assert_eq!(shape, [4, 3, 2]);
            assert_eq!(values, real, "{name} {array}");
        }
        let (_, element, values) = read(name, Some("second")).unwrap();
        assert_eq!(element, ElementType::U8);
        assert_eq!(values, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(matches!(read(name, None), Err(ReadError::NpzChoose { .. })));
    }
    assert_eq!(read("single.npz", None).unwrap().2, real);
    let error = read("bzip2.npz", None).unwrap_err();
    assert!(matches!(error, ReadError::NpzPacking { encrypted: false, .. }));
}
