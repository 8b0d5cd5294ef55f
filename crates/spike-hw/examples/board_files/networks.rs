//! Small networks with every kind of layer or node that a format has, filled with counted numbers.

use spike_io::netx::{Netx, NetxArray, NetxKind, NetxLayer, NetxNeuron, NetxSimulation, NetxWindow};
use spike_io::nir::{NirArray, NirConv, NirGraph, NirKind, NirPadding, NirPool, NirValue};

/// 1/8, 2/8, 3/8, and so on, row by row.
fn eighths(shape: &[usize]) -> NirArray {
    let count = shape.iter().product::<usize>() as u16;
    let values = (1..=count).map(|i| f32::from(i) / 8.0).collect();
    NirArray::from_f32(shape, values).expect("as many values as the shape says")
}

/// A graph of all types of nodes: a path over images, and one over signals.
pub(crate) fn nir() -> NirGraph {
    let (image, neurons) = ([2, 4, 4], [3]);
    let zeros = |shape: &[usize]| NirArray::full(shape, 0.0).expect("a small shape");
    let each = || eighths(&neurons);
    let pool = NirPool { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] };
    let kinds = [
        ("input", NirKind::Input { shape: image.to_vec() }),
        (
            "conv2d",
            NirKind::Conv2d(NirConv {
                input_shape: Some([4, 4]),
                weight: eighths(&[2, 2, 3, 3]),
                stride: [1, 1],
                padding: NirPadding::Each([1, 1]),
                dilation: [1, 1],
                groups: 1,
                bias: eighths(&[2]),
            }),
        ),
        ("if", NirKind::If { r: eighths(&image), v_threshold: eighths(&image), v_reset: zeros(&image) }),
        ("sum_pool", NirKind::SumPool2d(pool)),
        ("avg_pool", NirKind::AvgPool2d(pool)),
        ("flatten", NirKind::Flatten { input_shape: Some(vec![2, 1, 1]), start_dim: 0, end_dim: -1 }),
        ("affine", NirKind::Affine { weight: eighths(&[3, 2]), bias: each() }),
        (
            "lif",
            NirKind::Lif { tau_s: each(), r: each(), v_leak: each(), v_threshold: each(), v_reset: zeros(&neurons) },
        ),
        ("linear", NirKind::Linear { weight: eighths(&[3, 3]) }),
        (
            "cuba_lif",
            NirKind::CubaLif {
                tau_syn_s: each(),
                tau_mem_s: each(),
                r: each(),
                v_leak: each(),
                v_threshold: each(),
                v_reset: zeros(&neurons),
                w_in: each(),
            },
        ),
        ("scale", NirKind::Scale { scale: each() }),
        ("delay", NirKind::Delay { delay_s: each() }),
        ("threshold", NirKind::Threshold { threshold: each() }),
        ("cuba_li", NirKind::CubaLi { tau_syn_s: each(), tau_mem_s: each(), r: each(), v_leak: each(), w_in: each() }),
        ("li", NirKind::Li { tau_s: each(), r: each(), v_leak: each() }),
        ("i", NirKind::I { r: each() }),
        ("output", NirKind::Output { shape: neurons.to_vec() }),
        ("signal_in", NirKind::Input { shape: vec![2, 8] }),
        (
            "conv1d",
            NirKind::Conv1d(NirConv {
                input_shape: Some([8]),
                weight: eighths(&[3, 2, 3]),
                stride: [1],
                padding: NirPadding::Same,
                dilation: [1],
                groups: 1,
                bias: eighths(&[3]),
            }),
        ),
        ("signal_out", NirKind::Output { shape: vec![3, 8] }),
    ];
    let mut graph = NirGraph::default();
    let names = kinds.each_ref().map(|(name, _)| (*name).to_owned());
    for path in [&names[..17], &names[17..]] {
        graph.edges.extend(path.windows(2).map(|ends| (ends[0].clone(), ends[1].clone())));
    }
    graph.nodes = kinds.into_iter().map(|(name, kind)| (name.to_owned(), kind.into())).collect();
    graph.metadata.insert("reset".to_owned(), NirValue::Text("subtract".to_owned()));
    graph.metadata.insert("num_timesteps".to_owned(), NirValue::Int(64));
    graph
}

/// −3, −2, −1, and so on, modulo 7, row by row.
fn counted(shape: &[usize]) -> NetxArray {
    let count = shape.iter().product::<usize>() as i32;
    NetxArray::new(shape, (0..count).map(|i| i % 7 - 3).collect()).expect("as many values as the shape says")
}

/// A network of all types of layers.
pub(crate) fn netx() -> Netx {
    let neuron = || Some(NetxNeuron::cuba(1024, 128, 80));
    let pair = |n| [n, n];
    let window = |kernel, stride, padding| NetxWindow {
        kernel_size: pair(kernel),
        stride: pair(stride),
        padding: pair(padding),
        dilation: pair(1),
    };
    let one = |value| NetxArray::new(&[1], vec![value]);
    let layers = vec![
        (vec![1, 8, 8], NetxKind::Input { weight: one(64), bias: one(0) }, neuron()),
        (
            vec![2, 8, 8],
            NetxKind::Conv {
                in_channels: 1,
                out_channels: 2,
                window: window(3, 1, 1),
                groups: 1,
                weight: counted(&[2, 1, 3, 3]),
                delay: None,
                bias: Some(counted(&[2])),
            },
            neuron(),
        ),
        (
            vec![2, 4, 4],
            NetxKind::Pool { window: window(2, 2, 0), weight: counted(&[1, 1, 2, 2]), delay: None },
            neuron(),
        ),
        (vec![32], NetxKind::Flatten, None),
        (
            vec![6],
            NetxKind::Dense {
                in_features: 32,
                out_features: 6,
                weight: counted(&[6, 32]),
                delay: Some(NetxArray::new(&[6], (0..6).collect()).expect("six delays")),
                bias: None,
            },
            neuron(),
        ),
        (vec![38], NetxKind::Concat { layers: vec![3] }, None),
        (vec![2], NetxKind::Average, None),
    ];
    let layers = layers.into_iter().map(|(shape, kind, neuron)| NetxLayer { shape, kind, neuron }).collect();
    Netx { layers, simulation: Some(NetxSimulation { step_ms: 1, sample_ms: 20 }) }
}
