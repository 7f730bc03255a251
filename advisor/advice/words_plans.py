"""The words for plans: verdicts on a training's time, data sets, stages, several computers, clouds."""

from collections.abc import Mapping

from advisor.advice.plans import DatasetTime, Stage
from advisor.i18n import N_, Translator
from advisor.words import say

VERDICTS: Mapping[str, str] = {
    "sitting": N_("in one sitting"),
    "overnight": N_("overnight"),
    "day": N_("within a day"),
    "week": N_("within a week"),
    "unrealistic": N_("not realistic here"),
    "unknown": N_("time unknown"),
}

DATASETS: Mapping[str, str] = {
    "careful": N_("{samples} chosen examples with long answers ({tokens} tokens)"),
    "short": N_("{samples} short instructions ({tokens} tokens)"),
}

STAGES: Mapping[str, str] = {
    "too_large_here": N_("{model} is not for this computer: its training needs {needed_bytes}."),
    "no_card_here": N_(
        "{model} is not for this computer: no graphics card here can train it, and it needs {needed_bytes} of memory."
    ),
    "too_slow_here": N_("{model} is better trained elsewhere: here it would take about {time_s}."),
    "too_slow_processor": N_(
        "{model} is better trained elsewhere: here only the processor has the memory for it, and would "
        "train about {time_s}."
    ),
    "prepare": N_("Here: collect, clean and tokenise the data; this needs no GPU."),
    "trial": N_(
        "Here: let the script run once with {model} and {tokens} tokens (about {time_s}); it shows that data and "
        "script are right before anything is rented."
    ),
    "train_cloud": N_("On a rented {gpu}: train {model}, about {time_s}."),
    "train_here": N_("Here: train {model}, about {time_s}."),
    "merge_here": N_(
        "Here: merge the adapters into the 16-bit weights; this needs {needed_bytes} of memory, and {available_bytes} "
        "are free."
    ),
    "merge_there": N_(
        "On the rented computer: merge the adapters into the 16-bit weights; this needs {needed_bytes} of memory, "
        "and only {available_bytes} are free here."
    ),
    "merge_unknown": N_(
        "Merge the adapters into the 16-bit weights; this needs {needed_bytes} of memory. How much is here is not "
        "known."
    ),
    "no_gguf": N_(
        "llama.cpp does not know the architecture of {model}: run it with transformers, in 16 bits {needed_bytes}."
    ),
    "quantise_here": N_(
        "Here: convert to GGUF and quantise to {quant} ({file_bytes}); for a while this needs {needed_bytes} of the "
        "{free_bytes} that are free on the disk, little memory and no GPU."
    ),
    "quantise_there": N_(
        "On the rented computer too: convert to GGUF and quantise to {quant}, so that only {file_bytes} have to be "
        "downloaded."
    ),
    "quantise_disk_unknown": N_(
        "Here: convert to GGUF and quantise to {quant} ({file_bytes}); for a while this needs {needed_bytes} of disk, "
        "little memory and no GPU. How much disk is free is not known."
    ),
    "quantise_disk_full": N_(
        "Convert to GGUF and quantise to {quant} ({file_bytes}) elsewhere, or free disk space first: for a while this "
        "needs {needed_bytes}, {free_bytes} are free here."
    ),
    "run_here": N_("Here: run the result, {model} in {quant}: {needed_bytes}, about {speed_tokens_per_s}."),
    "run_slow": N_(
        "Here: run the result, {model} in {quant}: {needed_bytes}, about {speed_tokens_per_s}; slower than people read."
    ),
    "run_unknown": N_("Here: run the result, {model} in {quant}: {needed_bytes}, at an unknown speed."),
    "run_not": N_(
        "The result does not run here: {model} in {quant} needs {needed_bytes}. Choose a smaller model, or keep it in "
        "the cloud."
    ),
    "adapter": N_(
        "Or leave out merging: llama.cpp loads the adapters (about {adapter_bytes}) beside the quantised base model."
    ),
}

CLUSTERS: Mapping[str, str] = {
    "own_cards": N_(
        "The times count one card. The {count} {gpu} of this computer can share the batches, each with the whole "
        "model: at best {count} times as fast; this was not measured."
    ),
    "shared_batches": N_(
        "A second computer like this one can share the batches if each holds the whole {model}: at best half the time. "
        "Every update then exchanges {sent_bytes}: {network_s} on a 1 Gbit/s network beside {computing_s} of computing."
    ),
    "shared_in_vain": N_(
        "A second computer like this one does not help over a 1 Gbit/s network: training {model}, every update would "
        "exchange {sent_bytes}, which takes {network_s} beside {computing_s} of computing."
    ),
    "divided": N_(
        "Dividing {model} over two computers does not help: on a 1 Gbit/s network, fetching the other half's weights "
        "({sent_bytes} a step) alone takes about {network_s}, and each computer still needs a graphics card that can "
        "train."
    ),
}

PROVIDERS: Mapping[str, str] = {
    "public": N_("public cloud with GPU servers"),
    "public_ascend": N_("public cloud with GPU and Ascend servers; Ascend needs programs ported to it"),
    "rental": N_("rents single cards by the hour"),
    "quantum": N_("runs quantum circuits"),
}


def stage(_: Translator, one: Stage) -> str:
    """The sentence of a stage or a cluster; an unknown code prints as itself."""
    template = STAGES.get(one.code) or CLUSTERS.get(one.code)
    return one.code if template is None else say(_, template, one.values)


def dataset(_: Translator, one: DatasetTime) -> str:
    """What a data set is, with its size."""
    return _(DATASETS[one.code], samples=_.integer(one.samples), tokens=_.integer(one.tokens))
