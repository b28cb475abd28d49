"""The networks of ../models as torch modules: the same layers, shapes and biases, with random weights.

BatchNorm is left out, as it is folded into the convolutions of the ONNX files.
"""
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=(kernel - 1) // 2)


class Block(nn.Module):
    """A residual block: the convolutions with ReLUs between them, added to the shortcut."""

    def __init__(self, inputs, outputs, stride, convolutions):
        super().__init__()
        layers = []
        for convolution in convolutions:
            layers += [convolution, nn.ReLU(inplace=False)]
        self.convolutions = nn.Sequential(*layers[:-1])
        same = stride == 1 and inputs == outputs
        self.downsample = nn.Identity() if same else conv(inputs, outputs, 1, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.convolutions(x) + self.downsample(x))


def resnet(blocks_per_stage, bottleneck):
    layers = [conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, blocks in enumerate(blocks_per_stage):
        width = 64 * 2**stage
        outputs = 4 * width if bottleneck else width
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            if bottleneck:
                parts = [conv(inputs, width, 1), conv(width, width, 3, stride), conv(width, outputs, 1)]
            else:
                parts = [conv(inputs, width, 3, stride), conv(width, outputs, 3)]
            layers.append(Block(inputs, outputs, stride, parts))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


def resnet18():
    return resnet([2, 2, 2, 2], bottleneck=False)


def resnet50():
    return resnet([3, 4, 6, 3], bottleneck=True)


def vgg16():
    layers, inputs = [], 3
    for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(count):
            layers += [conv(inputs, width, 3), nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    classifier = [nn.Flatten(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
    return nn.Sequential(*layers, *classifier)


class TokenLinear(nn.Module):
    """A linear layer that is handed its tokens as rows.

    Delve would look at the last token only of a tensor of rank 3, and has no setting under which every token is an
    observation, as `delve analyze` has it. So that both do the same work, the layer sees rank 2.
    """

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.linear(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = TokenLinear(width, 3 * width)
        self.proj = TokenLinear(width, width)

    def forward(self, x):
        samples, tokens, width = x.shape
        apart = self.qkv(x).reshape(samples, tokens, 3, self.heads, width // self.heads)
        q, k, v = apart.permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(samples, tokens, width))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width), Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(TokenLinear(width, inner), nn.GELU(), TokenLinear(inner, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def transformer():
    return nn.Sequential(*[TransformerBlock(384, 6, 1536) for _ in range(12)])


class TwoLSTMs(nn.Module):
    """Two modules, since Delve sees only the last layer of one with `num_layers=2`."""

    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTM(64, 256, batch_first=True)
        self.lstm2 = nn.LSTM(256, 256, batch_first=True)

    def forward(self, x):
        return self.lstm2(self.lstm1(x)[0])[0]


MODELS = {
    "resnet18": resnet18,
    "resnet50": resnet50,
    "vgg16": vgg16,
    "transformer": transformer,
    "lstm": TwoLSTMs,
}
