/**
 * The `type` of every ApplicationFailure that AZIT throws, by what a caller can do about it. Workflows match on these, never on
 * message text. `nonRetryable` says whether Temporal may try the same thing again by itself.
 */
export const failureTypes = {
  /** The project file, an image or a setting is wrong; the message names it. */
  'bad-input': { nonRetryable: true, cure: 'Correct the input that the message names, then start again.' },
  /** A node, model file or LoRA that the graph needs is not on the render server. */
  'missing-on-server': {
    nonRetryable: true,
    cure: 'Install what the message names on the render server, then resume.',
  },
  /** The server refused the graph. */
  'graph-invalid': {
    nonRetryable: true,
    cure: 'Correct the graph and start again; or update the render server, then resume.',
  },
  /** The GPU (or the machine) ran out of memory twice. */
  'out-of-memory': {
    nonRetryable: true,
    cure: 'Free memory on the GPU or the machine, then resume; or start a new run that needs less.',
  },
  /** The server or trainer can't be used until a person restarts it. */
  'server-unfit': { nonRetryable: false, cure: 'Restart the render server, then resume.' },
  /** Passing trouble: connection lost, server restarted, 5xx, prompt lost. */
  unavailable: { nonRetryable: false, cure: 'Check that the server is running and reachable, then resume.' },
  /** The LoRA renders exactly what the control without it renders. */
  'lora-has-no-effect': {
    nonRetryable: true,
    cure: 'Load the base model that the LoRA was trained on, then resume.',
  },
  /** The server's log says that some keys of the LoRA fit nothing in the model: its pictures show a part of it. */
  'lora-partly-applied': {
    nonRetryable: true,
    cure: 'Load the base model that the LoRA was trained on, then resume; or train again without the parts named in the message.',
  },
  /** The LoRA renders black frames or can't be parsed. */
  'lora-broken': {
    nonRetryable: true,
    cure: 'Check the model and its precision on the render server, then resume; if it fails again, start a new run.',
  },
  /** The trainer ended without what it should have made. */
  'training-failed': {
    nonRetryable: false,
    cure: "Read the trainer's last log lines, fix the cause, then resume.",
  },
  /** The trainer's failure is one that a repetition would only repeat (unknown key, no images, unknown model). */
  'training-hopeless': {
    nonRetryable: true,
    cure: "Fix what the trainer's last log lines name, then resume; if it is in the project file, start again.",
  },
  /** Another attempt owns this work now. */
  fenced: { nonRetryable: true, cure: 'Nothing to do: a newer attempt has taken over.' },
  'disk-full': { nonRetryable: true, cure: 'Free disk space, then resume.' },
  /** A stored file is missing or its content has changed. */
  'artifact-damaged': {
    nonRetryable: true,
    cure: 'Restore the artifact store from a backup, then resume; or start a new run.',
  },
  /** The worker has another artifact store than the run. */
  'another-store': {
    nonRetryable: true,
    cure: "Start the worker with the run's artifact store (AZIT_STORE, --store), then resume.",
  },
  /** The face models are not on this machine and can't be fetched. */
  'models-missing': { nonRetryable: true, cure: 'Run `azit models pull` on the identity worker, then resume.' },
} as const;

export type FailureType = keyof typeof failureTypes;
