"""The five bundled networks as PyTorch modules; the names of their members are the names in the files."""
import torch
from torch import nn


class Mlp(nn.Module):
    """784-256-128-10 with ReLU; dropout acts in training only."""

    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.fc1, self.relu1, self.drop1 = nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2)
        self.fc2, self.relu2, self.drop2 = nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2)
        self.fc3 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.drop1(self.relu1(self.fc1(self.flatten(x))))
        x = self.drop2(self.relu2(self.fc2(x)))
        return self.fc3(x)


class Cnn(nn.Module):
    """Two blocks of convolution, BatchNorm, ReLU and pooling, and two dense layers."""

    def __init__(self, pool):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.relu1, self.pool1 = nn.ReLU(), pool(2)
        self.conv2, self.bn2 = nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.relu2, self.pool2 = nn.ReLU(), pool(2)
        self.flatten = nn.Flatten()
        self.fc1, self.relu3, self.fc2 = nn.Linear(32 * 7 * 7, 56), nn.ReLU(), nn.Linear(56, 10)

    def forward(self, x):
        x = self.pool1(self.relu1(self.bn1(self.conv1(x))))
        x = self.pool2(self.relu2(self.bn2(self.conv2(x))))
        return self.fc2(self.relu3(self.fc1(self.flatten(x))))


class ResidualCnn(nn.Module):
    """Four convolutions with BatchNorm, an identity skip over the second and third, global average pooling."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu1 = nn.Conv2d(1, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        self.conv2, self.bn2, self.relu2 = nn.Conv2d(16, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        self.conv3, self.bn3, self.relu3 = nn.Conv2d(16, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        self.conv4, self.bn4, self.relu4 = nn.Conv2d(16, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU()
        self.gap, self.flatten, self.fc = nn.AvgPool2d(7), nn.Flatten(), nn.Linear(32, 10)

    def forward(self, x):
        skip = self.relu1(self.bn1(self.conv1(x)))
        x = self.bn3(self.conv3(self.relu2(self.bn2(self.conv2(skip)))))
        x = self.relu3(x + skip)
        x = self.relu4(self.bn4(self.conv4(x)))
        return self.fc(self.flatten(self.gap(x)))


class Attention(nn.Module):
    """16 patches of 7 x 7 as tokens of 32 features, one pre-norm transformer block with two heads and a ReLU MLP."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, 32, 7, stride=7)
        self.pos = nn.Parameter(0.02 * torch.randn(1, 16, 32))
        self.ln1 = nn.LayerNorm(32)
        self.q, self.k, self.v, self.proj = (nn.Linear(32, 32) for _ in range(4))
        self.softmax = nn.Softmax(dim=-1)
        self.ln2 = nn.LayerNorm(32)
        self.mlp1, self.act, self.mlp2 = nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 32)
        self.ln3 = nn.LayerNorm(32)
        self.head = nn.Linear(32, 10)

    @staticmethod
    def split(x):
        return x.reshape(-1, 16, 2, 16).transpose(1, 2)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        y = self.ln1(x)
        q, k, v = self.split(self.q(y)), self.split(self.k(y)), self.split(self.v(y))
        weights = self.softmax(torch.matmul(q, k.transpose(-2, -1)) * 0.25)
        y = torch.matmul(weights, v).transpose(1, 2).reshape(-1, 16, 32)
        x = x + self.proj(y)
        x = x + self.mlp2(self.act(self.mlp1(self.ln2(x))))
        return self.head(self.ln3(x).mean(1))


NETWORKS = {
    "mlp": Mlp,
    "cnn_max": lambda: Cnn(nn.MaxPool2d),
    "cnn_avg": lambda: Cnn(nn.AvgPool2d),
    "rescnn": ResidualCnn,
    "attn_relu": Attention,
}
