"""Block layouts of the tensor types (ggml's and torch's): how many bytes a row of weights takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TensorType:
    """A storage format: `block` weights take `block_bytes` bytes. `source` names where the layout is defined."""

    name: str  # "Q4_K", "F16"
    block: int
    block_bytes: int
    source: str

    @property
    def bits_per_weight(self) -> float:
        """Average bits per weight, scales included."""
        return 8 * self.block_bytes / self.block

    def row_bytes(self, width: int) -> int:
        """Bytes of a row of `width` weights; the width must be a multiple of the block."""
        if width % self.block:
            raise ValueError(f"a row of {width} does not divide into {self.name} blocks of {self.block}")
        return width // self.block * self.block_bytes
