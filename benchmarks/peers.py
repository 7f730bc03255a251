"""Other programs of this kind on the same measured rows, wherever they can answer, with our errors beside theirs.

`python3 -m benchmarks.peers --peers FOLDER` asks the programs installed in that virtual environment (without the
option: those on PATH); what is not there is skipped with the command that installs it. `--markdown` writes the table
into docs/accuracy.md. No peer is a dependency; each is asked through its command or its own functions.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from advisor.catalog.gpus import find_gpu
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.estimator import llama_cpp
from advisor.estimator.estimate import shares_on
from advisor.estimator.mixes import weights
from advisor.estimator.speed import decode_at
from advisor.estimator.tensors import active_parameters, language_parameters
from advisor.estimator.training import allocator_peak, memory
from advisor.workload import Workload
from benchmarks.accuracy_inference import OWN, TRUTH
from benchmarks.speed_rows import CPUS, Row, rows
from benchmarks.table import NO_SHARED, Group, Miss, Skipped, line, markdown, skip, text, write_between
from benchmarks.training_rows import GIB, runs, steps

INSTALL = "python3 -m venv PEERS && PEERS/bin/pip install llmfit whichllm canifinetune fitcheck-llm"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
MARK = "python3 -m benchmarks.peers --markdown"
ASKED = Path(__file__).resolve().parent / "peer_answers.py"

# One sequence, usual batch, logits as llama-server keeps them: what the peers assume.
MEMORY = (Workload(context=4096), Workload(context=32768), Workload(context=8192, kv_type="q8_0"))

Answer = float | str


class Question(NamedTuple):
    """One measured row as a peer is asked about it."""

    figure: str
    row: str
    facts: dict[str, Any]
    measured: float
    ours: float


class Peer(NamedTuple):
    """A program that is there."""

    name: str
    version: str
    kinds: tuple[str, ...]  # of questions that it is made to answer
    ask: Callable[[Sequence[Question]], list[Answer]]


# What is asked ------------------------------------------------------------------------------------------------------


def questions() -> list[Question]:
    """Every row of a kind that some peer answers."""
    found = list(_memory())
    if TRUTH.is_dir():
        found += [*_speeds(), *_steps(), *_runs()]
    return found


def _memory() -> Iterator[Question]:
    """llama.cpp's allocations of every catalogue model: one sequence, usual batch, logits as a server keeps them."""
    own = json.loads(OWN.read_text(encoding="utf-8"))
    for name, entry in own["models"].items():
        model = find_model(name)
        for settings, measured in zip(own["settings"], entry["measured"], strict=True):
            workload = Workload(**settings)
            if measured is None or workload not in MEMORY:
                continue
            found = llama_cpp.memory(model, workload)
            parts = dict(found.components)
            total = parts["weights"] + parts["output_buffer"] + sum(measured)
            facts = {"kind": "memory", "context": workload.context, "kv_type": workload.kv_type}
            row = f"{model.name} {workload.quant} context {workload.context} {workload.kv_type}"
            yield Question("memory, llama.cpp", row, {**facts, **_model(model, workload.quant)}, total, found.total)


def _speeds() -> Iterator[Question]:
    """Published decode speeds of llama.cpp on one GPU or CPU."""
    for row in rows():
        if row.decode is None or row.workload.resolved_stack != "llama.cpp":
            continue
        found = decode_at(row.model, row.workload, shares_on(row.device, row.model, row.workload), row.depth)
        if found is None:
            continue
        kind = "cpu" if row.engine == "cpu" else "gpu"
        facts = {"kind": f"{kind} speed", **(_cpu(row) if kind == "cpu" else _gpu(row))}
        facts.update(_model(row.model, row.workload.quant))
        name = f"{row.model.name} {row.workload.quant} on {row.hardware}"
        yield Question(f"decode, llama.cpp on {kind.upper()}s", name, facts, row.decode, found.mid)


def _gpu(row: Row) -> dict[str, Any]:
    spec = find_gpu(row.device.title)
    return {
        "device": row.device.title, "vendor": spec.vendor, "bandwidth": row.device.rates.bandwidth,
        "vram_bytes": row.device.capacity, "unified": not spec.vram_bytes,
    }  # fmt: skip


def _cpu(row: Row) -> dict[str, Any]:
    _, cores, _, bandwidth, features = next(cpu for cpu in CPUS if re.search(cpu[0], row.hardware))
    return {"device": row.hardware, "cores": cores, "bandwidth": bandwidth * 1e9, "arm": "neon" in features}


def _model(model: Model, quant: str) -> dict[str, Any]:
    return {
        "names": [*model.aliases, model.name], "family": model.style.name, "quant": quant, "moe": bool(model.moe),
        "parameters": language_parameters(model), "active": active_parameters(model) if model.moe else None,
        "file_bytes": weights(model, quant).total, "window": model.window.size if model.window else None,
    }  # fmt: skip


def _steps() -> Iterator[Question]:
    """Steps that torch tracked."""
    for step in steps():
        if not step.outside:
            ours = allocator_peak(memory(step.model, step.workload))
            facts = _training(step.model, step.workload, card=False)
            yield Question("training peak, torch", step.name, facts, step.row["peak_mib"] * 2**20, ours)


def _runs() -> Iterator[Question]:
    """Published runs on one card: the allocator's peak, and what nvidia-smi showed."""
    for run in runs({}):
        if run.row["n_devices"] != 1 or not run.row["peak_gib"]:
            continue
        w, found = run.workload, memory(run.model, run.workload)
        row = f"{run.row['model']} {w.task} batch {w.batch} seq {w.seq} {run.row['hardware']}"
        figure = f"training peak, published, {'T4' if 'T4' in run.row['hardware'] else 'others'}"
        facts = _training(run.model, w, card=False)
        yield Question(figure, row, facts, run.row["peak_gib"] * GIB, allocator_peak(found))
        shown = run.row.get("peak_nvidia_smi_gib") or run.row.get("process_gib")
        if shown:
            facts = _training(run.model, w, card=True)
            yield Question("training, card as nvidia-smi shows it", row, facts, shown * GIB, found.total)


def _training(model: Model, w: Workload, card: bool) -> dict[str, Any]:
    moe = model.moe
    return {
        "kind": "training", "card": card, "names": [model.name], "family": model.style.name,
        "parameters": language_parameters(model), "hidden": model.hidden, "layers": model.layers, "heads": model.heads,
        "kv_heads": model.kv_heads, "head_dim": model.head_dim, "ffn": moe.expert_ffn if moe else model.ffn,
        "vocab": model.vocab, "tied": model.tied_embeddings, "experts": moe.experts if moe else 1,
        "active_experts": moe.active if moe else 1, "vram_gib": 16 if w.task == "qlora" else 80, "task": w.task,
        "precision": w.precision, "batch": w.batch, "seq": w.seq, "rank": w.rank, "targets": w.targets,
        "optimizer": w.optimizer, "checkpointing": w.checkpointing, "attention": w.attention,
    }  # fmt: skip


# Who is asked -------------------------------------------------------------------------------------------------------


INFERENCE, TRAINING = ("memory", "gpu speed", "cpu speed"), ("training",)
# Command, package, what it answers.
PEERS = (
    ("llmfit", "llmfit", INFERENCE),
    ("whichllm", "whichllm", INFERENCE),
    ("canifinetune", "canifinetune", TRAINING),
    ("fitcheck", "fitcheck-llm", TRAINING),
)


def find(name: str, folder: Path | None) -> Path | None:
    """The peer's command in a virtual environment, or on PATH."""
    place = None if folder is None else f"{folder / 'bin'}:{folder / 'Scripts'}".replace(":", _PATH_SEPARATOR)
    found = shutil.which(name, path=place)
    return Path(found) if found else None


_PATH_SEPARATOR = ";" if sys.platform == "win32" else ":"


def peers(folder: Path | None, missing: list[str]) -> list[Peer]:
    """The programs that are there; the names of the others go to `missing`."""
    found = []
    for name, package, kinds in PEERS:
        command = find(name, folder)
        if command is None:
            missing.append(name)
            continue
        python = next(path for path in command.parent.glob("python*") if path.stem in ("python", "python3"))
        version = _run([str(python), "-c", f"import importlib.metadata as m; print(m.version('{package}'))"])
        ask = _llmfit(command) if name == "llmfit" else _functions(python, name)
        found.append(Peer(name, version.strip(), kinds, ask))
    return found


def _run(command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode and not done.stdout:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _functions(python: Path, name: str) -> Callable[[Sequence[Question]], list[Answer]]:
    def ask(asked: Sequence[Question]) -> list[Answer]:
        answers: list[Answer] = json.loads(_run([str(python), str(ASKED), name], json.dumps([q.facts for q in asked])))
        return answers

    return ask


def _llmfit(command: Path) -> Callable[[Sequence[Question]], list[Answer]]:
    """llmfit by its own `plan`, with a hardware profile that states the card's bandwidth.

    Its "GB" mixes units (weights in 10^9 bytes, key-value cache in GiB); counted as 10^9 bytes it is nearest to the
    truth.
    """
    known = {entry["name"].lower(): entry["name"] for entry in json.loads(_run([str(command), "list", "--json"]))}

    @cache
    def plan(options: tuple[str, ...]) -> Any:
        try:
            return json.loads(_run([str(command), *options, "--json", "--no-dashboard"]))
        except RuntimeError as error:
            return re.sub(r".*Error: ", "", str(error), flags=re.DOTALL).strip()

    def ask_one(facts: dict[str, Any], profile: Path) -> Answer:
        if facts.get("arm"):
            return "an Arm processor: it takes the architecture of the computer it runs on"
        name = next((known[alias.lower()] for alias in facts["names"] if alias.lower() in known), None)
        if name is None:
            return "model not in its catalogue by that name"
        wanted = ("plan", name, "--context", str(facts.get("context", 4096)), "--quant", facts["quant"])
        if facts["kind"] == "memory":
            kv = "fp16" if facts["kv_type"] == "f16" else facts["kv_type"]
            found = plan((*wanted, "--kv-quant", kv))
            return found if isinstance(found, str) else found["minimum"]["vram_gb"] * 1e9
        if facts["kind"] == "cpu speed":
            found = plan(("--cpu-cores", str(facts["cores"]), *wanted))
            return found if isinstance(found, str) else _path(found, "cpu_only")
        profile.write_text(json.dumps(_profile(facts, profile.stem)), encoding="utf-8")
        found = plan(("--profile", str(profile), *wanted))
        return found if isinstance(found, str) else _path(found, "gpu")

    def ask(asked: Sequence[Question]) -> list[Answer]:
        with tempfile.TemporaryDirectory() as folder:
            return [ask_one(q.facts, _profile_path(Path(folder), q.facts)) for q in asked]

    return ask


def _path(plan: Any, path: str) -> Answer:
    speed = next(entry["estimated_tps"] for entry in plan["run_paths"] if entry["path"] == path)
    return "gives no speed" if speed is None else float(speed)


def _profile_path(folder: Path, facts: dict[str, Any]) -> Path:
    """One file for each card: its name is part of what the answers are kept by."""
    name = re.sub(r"\W+", "-", f"asked {facts.get('device', '')} {facts.get('bandwidth', '')}".lower())
    return folder / f"{name}.json"


def _profile(facts: dict[str, Any], name: str) -> dict[str, Any]:
    bandwidth = facts["bandwidth"] / 1e9
    hardware = {
        "total_ram_gb": 256.0, "unified_memory": facts["unified"], "gpu_memory_bandwidth_gbps": bandwidth,
        "ddr_bandwidth_gbps": bandwidth if facts["unified"] else 80.0,
    }  # fmt: skip
    match = {"gpu_name_contains": facts["device"]}
    return {"schema_version": 1, "name": name, "match": match, "hardware": hardware}


# The table ----------------------------------------------------------------------------------------------------------


def compare(peer: Peer, asked: Sequence[Question]) -> Group:
    """Its errors and ours on the rows that it answers; what it does not answer, by reason."""
    skipped: Skipped = {}
    answered: dict[str, list[tuple[Question, float]]] = {}
    meant = [question for question in asked if question.facts["kind"] in peer.kinds]
    for question, answer in zip(meant, peer.ask(meant), strict=True):
        if isinstance(answer, str):
            skip(skipped, f"{question.figure}: {answer}")
        else:
            answered.setdefault(question.figure, []).append((question, answer))
    lines = []
    for figure, pairs in answered.items():
        lines.append(line(f"{figure}: {peer.name}", [Miss(a / q.measured - 1, q.row) for q, a in pairs]))
        lines.append(line("    ours, same rows", [Miss(q.ours / q.measured - 1, q.row) for q, _ in pairs]))
    return Group(f"{peer.name} {peer.version}", lines, skipped)


def main() -> int:
    """Print or write the table of every peer that is there."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.peers", description=__doc__)
    parser.add_argument("--peers", type=Path, help="a virtual environment with the peers; without it those on PATH")
    parser.add_argument("--markdown", action="store_true", help=f"write the table into {PAGE.name}")
    options = parser.parse_args()
    missing: list[str] = []
    there = peers(options.peers, missing)
    asked = questions()
    found = [compare(peer, asked) for peer in there]
    if options.markdown and found and TRUTH.is_dir():
        write_between(PAGE, MARK, f"Asked on {datetime.now(UTC):%Y-%m-%d}.\n\n{markdown(found)}")
    else:
        print(text(found))
    if not TRUTH.is_dir():
        print(f"skipped: speed and training: {NO_SHARED}")
    for name in missing:
        print(f"skipped: {name} is not installed; {INSTALL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
