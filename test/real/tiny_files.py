"""What all tiny models share: the same numbers for the same names, files whole or not at all, a place in the hub's cache."""
import hashlib
import os

import torch


def random(name, *shape, std):
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * std


def save(path, tensors):
    """Whole or not at all. In torch's own format, where it is no .safetensors, what are views stay views."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    part = f"{path}.part"
    if path.suffix == ".safetensors":
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, part)
    else:
        torch.save(tensors, part)
    os.chmod(part, 0o644)
    os.replace(part, path)


def snapshot(home, repository):
    """Where a repository's files would lie if they came from the hub."""
    folder, commit = home / "hub" / f"models--{repository.replace('/', '--')}", "0" * 40
    (folder / "refs").mkdir(parents=True, exist_ok=True)
    (folder / "refs" / "main").write_text(commit)
    return folder / "snapshots" / commit
