/**
 * The one table of failures, by what a caller can do about it. An error of ours carries a `type` out of it; Temporal's
 * failures do, and workflows match on that, never on message text. Nothing overrules a row: what is retried here and not
 * there is two types.
 */
interface FailureRule {
  /** Whether the same thing tried again may end better: Temporal does so by itself. */
  retried: boolean;
  /** Usually passes by itself while it is retried, so no person is asked to act before the retries are used up. */
  passes?: true;
  /** What a person does about it: a sentence, or, where `then` follows it, all of one but its end. */
  fix: string;
  /** Every message of the type already ends with what to do, so a command does not say it twice. */
  inMessage?: true;
  /** What carries the work on afterwards; null where `fix` says it. */
  then: 'resume' | 'start-again' | null;
  /** Of a command that ends with it. A run that stops for it needs help, which has an exit code of its own. */
  exitCode: 1 | 2 | 4;
}

export const failureTypes = {
  /** The project file or what it names is wrong. A run has read it already. */
  'bad-input': {
    retried: false,
    fix: 'Correct the input that the message names',
    then: 'start-again',
    exitCode: 2,
  },
  /** A flag or a variable of this process, or what it names: never of the project. */
  'bad-setting': { retried: false, fix: 'Correct the setting that the message names', then: 'resume', exitCode: 2 },
  /** A file on the disk can't be read, or is not what it should be. */
  'bad-file': { retried: false, fix: 'Replace the file that the message names', then: 'resume', exitCode: 2 },
  /** A node, model file or LoRA that the graph needs is not on the render server. */
  'missing-on-server': {
    retried: false,
    fix: 'Install what the message names in ComfyUI',
    then: 'resume',
    exitCode: 4,
  },
  /** The server refused the graph. */
  'graph-invalid': {
    retried: false,
    fix: 'Update ComfyUI, then resume; or correct your graph and start a new run.',
    then: null,
    exitCode: 4,
  },
  /** The GPU (or the machine) ran out of memory twice. */
  'out-of-memory': {
    retried: false,
    fix: 'Free memory on the GPU or the machine, then resume; or start a new run that needs less.',
    then: null,
    exitCode: 4,
  },
  /** The render server can't be used until a person restarts it. */
  'server-unfit': { retried: true, fix: 'Restart ComfyUI', then: 'resume', exitCode: 4 },
  /** The render server raised the same exception at each try. */
  'server-failing': {
    retried: false,
    fix: "Look in ComfyUI's log for the error, fix its cause",
    then: 'resume',
    exitCode: 4,
  },
  /** This machine lacks what AZIT needs of it: a free port, a home folder, Temporal's server. */
  'machine-unfit': {
    retried: false,
    fix: 'Change what the message names on this machine',
    then: 'resume',
    exitCode: 4,
  },
  /** Passing trouble: connection lost, server restarted, 5xx, prompt lost. */
  unavailable: {
    retried: true,
    fix: 'Check that the server is running and reachable',
    then: 'resume',
    exitCode: 4,
  },
  /** A worker stopped answering, again and again. */
  'worker-lost': {
    retried: true,
    passes: true,
    fix: "Check the worker's log, restart the worker",
    then: 'resume',
    exitCode: 4,
  },
  /** The LoRA renders exactly what the control without it renders. */
  'lora-has-no-effect': {
    retried: false,
    fix: 'Load the base model that the LoRA was trained on',
    then: 'resume',
    exitCode: 4,
  },
  /** The server's log says that some keys of the LoRA fit nothing in the model: its pictures show a part of it. */
  'lora-partly-applied': {
    retried: false,
    fix: 'Load the base model that the LoRA was trained on, then resume; or train again without the parts that the message names.',
    then: null,
    exitCode: 4,
  },
  /** The LoRA renders black frames or can't be parsed. */
  'lora-broken': {
    retried: false,
    fix: "Check ComfyUI's model and its precision, then resume; if it fails again, start a new run.",
    then: null,
    exitCode: 4,
  },
  /** The trainer ended without what it should have made. */
  'training-failed': {
    retried: true,
    passes: true,
    fix: "Read the trainer's last log lines, fix the cause",
    then: 'resume',
    exitCode: 4,
  },
  /** Attempt after attempt brought no checkpoint. */
  'training-stuck': {
    retried: false,
    fix: "Check the worker's log to see how the attempts ended, fix the cause",
    then: 'resume',
    exitCode: 4,
  },
  /** The trainer's failure is one that a repetition would only repeat (unknown key, no images, unknown model). */
  'training-hopeless': {
    retried: false,
    fix: "Fix what the trainer's last log lines name, then resume; if it is in the project file, start a new run instead.",
    then: null,
    exitCode: 4,
  },
  /** The run's budget of GPU time does not allow what comes next. */
  'budget-spent': {
    retried: false,
    fix: 'Resume to allow the time that the message names; or raise budget.gpuHours in the project file and run it under another id, which reuses all that is done.',
    then: null,
    exitCode: 4,
  },
  /** Another attempt owns this work now. Whether this one is over is Temporal's to say, not that of whoever fenced it. */
  fenced: {
    retried: true,
    passes: true,
    fix: 'Nothing to do: a newer attempt has taken over.',
    then: null,
    exitCode: 4,
  },
  /** Another run does the very same work; this one takes its result. */
  'done-elsewhere': {
    retried: true,
    passes: true,
    fix: 'Nothing to do: this run uses the checkpoints of the other one.',
    then: null,
    exitCode: 4,
  },
  /** This worker lacks what the work needs, and another one has it. */
  'passed-on': {
    retried: true,
    passes: true,
    fix: 'Nothing to do: another worker takes the work.',
    then: null,
    exitCode: 4,
  },
  'disk-full': { retried: false, fix: 'Free disk space', then: 'resume', exitCode: 4 },
  /** A stored file is missing or its content has changed. */
  'artifact-damaged': {
    retried: false,
    fix: 'Restore the artifact store from a backup, then resume; or start a new run.',
    then: null,
    exitCode: 4,
  },
  /** The worker, or the command, has another artifact store than the run. */
  'another-store': {
    retried: false,
    fix: "Set the run's artifact store (AZIT_STORE, --store)",
    then: 'resume',
    exitCode: 2,
  },
  /** The face models are not on this machine and can't be fetched. */
  'models-missing': {
    retried: false,
    fix: 'Run `azit models pull` on the identity worker',
    then: 'resume',
    exitCode: 4,
  },

  // Rules of a stage that nothing passed.
  'nothing-passes': {
    retried: false,
    fix: 'Resume to try other seeds, or start a new run with another prompt, photo or model family.',
    then: null,
    exitCode: 4,
  },
  'photo-unsuited': {
    retried: false,
    fix: 'Choose a sharp photo of one person who faces the camera',
    then: 'start-again',
    exitCode: 4,
  },
  'too-few-views': {
    retried: false,
    fix: 'Resume to render as many again with other seeds, or start a new run with a lower dataset.require, a larger dataset.budget, or with fewer or milder angles in dataset.yaw and dataset.pitch; it reuses what is rendered.',
    then: null,
    exitCode: 4,
  },
  'pictures-unsuited': {
    retried: false,
    fix: 'Resume to continue with the usable images, or correct the folder and start a new run.',
    then: null,
    exitCode: 4,
  },
  'views-alike': {
    retried: false,
    fix: 'Resume to train on these images, or start a new run with dataset.vary: true (other clothes, places and lights in stage 04), which reuses what does not change.',
    then: null,
    exitCode: 4,
  },
  'too-few-pictures': {
    retried: false,
    fix: "Add images to the folder, or set dataset.audit to 'off' to use every image that can be read",
    then: 'start-again',
    exitCode: 4,
  },

  // Between a program and its runs.
  'bad-id': { retried: false, fix: 'Choose another id.', inMessage: true, then: null, exitCode: 2 },
  'id-belongs-to-another-project': {
    retried: false,
    fix: 'Choose another id, or run the project that the id belongs to.',
    then: null,
    exitCode: 2,
  },
  'no-such-run': { retried: false, fix: 'List the runs with `azit status`.', then: null, exitCode: 2 },
  refused: {
    retried: false,
    fix: 'Run `azit status ID` to see which decisions the run accepts now.',
    inMessage: true,
    then: null,
    exitCode: 2,
  },
  'no-worker': {
    retried: true,
    fix: 'Start a worker (`azit up`, `azit worker --role pipeline`), or check its log to see why it does not respond.',
    then: null,
    exitCode: 4,
  },
  'temporal-unreachable': {
    retried: true,
    fix: 'Start Temporal, or correct TEMPORAL_ADDRESS.',
    then: null,
    exitCode: 4,
  },
  'temporal-unfit': {
    retried: false,
    fix: 'Correct the settings of the connection to Temporal: namespace, permissions, TLS.',
    then: null,
    exitCode: 4,
  },
  'nothing-to-report': {
    retried: false,
    fix: 'Run `azit status ID` to see how the run ended.',
    then: null,
    exitCode: 1,
  },

  // Between a run's LoRA and the person.
  'no-checkpoint': {
    retried: false,
    fix: 'Wait until the training has saved a checkpoint; if the run has ended, start a new one.',
    then: null,
    exitCode: 2,
  },
  'not-saved': {
    retried: false,
    fix: 'Give the step of a saved checkpoint.',
    inMessage: true,
    then: null,
    exitCode: 2,
  },
  'not-chosen': { retried: false, fix: 'Choose a checkpoint with --step.', inMessage: true, then: null, exitCode: 2 },
  'not-in-store': {
    retried: false,
    fix: "Set the run's artifact store (AZIT_STORE, --store).",
    inMessage: true,
    then: null,
    exitCode: 2,
  },
  'not-exact': { retried: false, fix: 'Export without --format.', then: null, exitCode: 2 },
  'in-the-way': { retried: false, fix: 'Move it, or give another folder.', inMessage: true, then: null, exitCode: 2 },
  'no-folder': {
    retried: false,
    fix: 'Give a folder that you can write to.',
    inMessage: true,
    then: null,
    exitCode: 2,
  },
} as const satisfies Record<string, FailureRule>;

export type FailureType = keyof typeof failureTypes;

const isFailureType = (type: unknown): type is FailureType =>
  typeof type === 'string' && Object.hasOwn(failureTypes, type);

const fullDisk = ['ENOSPC', 'EDQUOT'];

/** The system's own word for a full disk. */
export const isDiskFull = (error: unknown): boolean =>
  fullDisk.includes(String((error as { code?: unknown } | null)?.code));

/** The same where we have only what another program printed: Python's words, Rust's, npm's. */
export const saysDiskFull = (text: string): boolean => /no space left|disk quota exceeded|ENOSPC|EDQUOT/i.test(text);

/** Which failure an error is; null: none that we know, a bug or foreign trouble. */
export function failureTypeOf(error: unknown): FailureType | null {
  const type = (error as { type?: unknown } | null)?.type;
  if (isFailureType(type)) return type;
  return isDiskFull(error) ? 'disk-full' : null;
}

/** How the work goes on after the fix: a run that waits for a person, one that tries by itself, a command that ended. */
const next = {
  run: { resume: ', then resume.', 'start-again': ', then start a new run.' },
  retry: { resume: '; the run then continues on its own.', 'start-again': ', then start a new run.' },
  command: { resume: ', then run the command again.', 'start-again': ', then run the command again.' },
};

/** What a person does about it, as a sentence. */
export function fixOf(type: FailureType, of: keyof typeof next): string {
  const { fix, then }: FailureRule = failureTypes[type];
  return then === null ? fix : fix + next[of][then];
}

/** The line `fix: …` of a command that failed; null where its message has said it. */
export function fixLineOf(type: FailureType): string | null {
  const { inMessage }: FailureRule = failureTypes[type];
  return inMessage ? null : `fix: ${fixOf(type, 'command')}`;
}

/** What a person has to do while Temporal retries; null where it passes by itself. */
export function fixDuringRetries(type: FailureType): string | null {
  const { passes }: FailureRule = failureTypes[type];
  return passes ? null : fixOf(type, 'retry');
}

/** Resuming would only fail again. */
export const needsNewRun = (type: FailureType): boolean => failureTypes[type].then === 'start-again';
