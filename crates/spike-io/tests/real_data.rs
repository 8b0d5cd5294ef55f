//! Real files give the numbers that NumPy and Python's `wave`, `gzip` and `zlib` computed from them.

use std::path::PathBuf;

use spike_io::{ElementType, OpenOptions, SampleSource, open};

fn source(name: &str) -> Box<dyn SampleSource> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name);
    open(&path, None, &OpenOptions::default()).expect("the bundled file is readable")
}

#[test]
fn mnist_images_stream_in_pieces() {
    let mut images = source("mnist/t10k-images-idx3-ubyte.gz");
    assert_eq!(images.shape().num_samples(), 10_000);
    assert_eq!(images.shape().feature_shape(), [28, 28]);
    assert_eq!(images.element(), ElementType::U8);

    let mut sum = 0.0;
    let mut num_samples = 0;
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let found = images.read_samples(333, &mut piece).unwrap();
        if found == 0 {
            break;
        }
        assert_eq!(piece.len(), found * 784);
        num_samples += found;
        sum += piece.iter().sum::<f64>();
    }
    assert_eq!((num_samples, sum), (10_000, 264_923_200.0));

    images.rewind().unwrap();
    piece.clear();
    images.read_samples(1, &mut piece).unwrap();
    assert_eq!(piece.iter().sum::<f64>(), 18_454.0);
    images.skip_samples(9_998).unwrap();
    piece.clear();
    images.read_samples(5, &mut piece).unwrap();
    assert_eq!(piece.iter().sum::<f64>(), 41_833.0);
}

#[test]
fn mnist_labels_are_one_sample() {
    let mut labels = source("mnist/t10k-labels-idx1-ubyte.gz");
    assert_eq!(labels.shape().num_samples(), 1);
    assert_eq!(labels.shape().feature_shape(), [10_000]);
    let mut values = Vec::new();
    labels.read_samples(1, &mut values).unwrap();
    assert_eq!(values[..8], [7.0, 2.0, 1.0, 0.0, 4.0, 1.0, 4.0, 9.0]);
    assert_eq!(values.iter().sum::<f64>(), 44_434.0);
}

#[test]
fn photographs() {
    for (name, shape, sum, first) in [
        ("camera", [512, 512], 33_832_495.0, [200.0, 200.0, 200.0, 200.0]),
        ("coins", [303, 384], 11_269_333.0, [47.0, 123.0, 133.0, 129.0]),
    ] {
        let mut image = source(&format!("images/{name}.png"));
        assert_eq!(image.shape().feature_shape(), shape);
        let mut values = Vec::new();
        assert_eq!(image.read_samples(1, &mut values).unwrap(), 1);
        assert_eq!(values.iter().sum::<f64>(), sum);
        assert_eq!(values[..4], first);
    }
}

#[test]
fn spoken_digits() {
    for (digit, frames, sum, absolute) in
        [(0, 5148, -1222.0, 15_170_254.0), (1, 4138, -3212.0, 6_211_286.0), (2, 3990, 1908.0, 5_980_952.0)]
    {
        let mut sound = source(&format!("audio/{digit}_jackson_0.wav"));
        assert_eq!(sound.shape().feature_shape(), [frames]);
        assert_eq!(sound.sample_rate_hz(), Some(8000.0));
        assert_eq!(sound.element(), ElementType::I16);
        let mut values = Vec::new();
        sound.read_samples(1, &mut values).unwrap();
        assert_eq!(values.iter().sum::<f64>(), sum);
        assert_eq!(values.iter().map(|value| value.abs()).sum::<f64>(), absolute);
    }
}

#[test]
fn electrocardiogram() {
    let mut signal = source("signals/ecg_360hz.csv");
    assert_eq!(signal.shape().num_samples(), 3600);
    assert_eq!(signal.shape().feature_shape(), [1]);
    let mut values = Vec::new();
    assert_eq!(signal.read_samples(usize::MAX, &mut values).unwrap(), 3600);
    assert_eq!(values.iter().sum::<f64>(), 3_599_343.0);
    assert_eq!(values[..3], [975.0, 981.0, 987.0]);
}
