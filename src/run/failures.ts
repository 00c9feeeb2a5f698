/**
 * The `type` of every ApplicationFailure of AZIT, by what a caller can do about it. Workflows match on these, never on
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
  'graph-invalid': { nonRetryable: true, cure: 'Correct the graph, then resume.' },
  /** The GPU (or the machine) ran out of memory twice. */
  'out-of-memory': { nonRetryable: true, cure: 'Free GPU memory or lower the size in the project file, then resume.' },
  /** The server or trainer can't be used until a person restarts it. */
  'server-unfit': { nonRetryable: false, cure: 'Restart the render server.' },
  /** Passing trouble: connection lost, server restarted, 5xx, prompt lost. */
  unavailable: { nonRetryable: false, cure: 'Check that the server runs and can be reached; the work is tried again.' },
  /** The LoRA renders exactly what the control without it renders. */
  'lora-has-no-effect': {
    nonRetryable: true,
    cure: 'Give the render server the base model that was trained on and resume, or train for the one that it has.',
  },
  /** The server's log says that some keys of the LoRA fit nothing in the model: its pictures show a part of it. */
  'lora-partly-applied': {
    nonRetryable: true,
    cure: 'Train again without the parts that the message names, or for the model that the render server runs.',
  },
  /** The LoRA renders black frames or can't be parsed. */
  'lora-broken': { nonRetryable: true, cure: 'Train again from the last sound checkpoint.' },
  /** The trainer ended without what it should have made. */
  'training-failed': {
    nonRetryable: false,
    cure: "Read the trainer's last lines below; resume once the cause is cured.",
  },
  /** The trainer's failure is one that a repetition would only repeat (unknown key, no images, unknown model). */
  'training-hopeless': { nonRetryable: true, cure: "Correct what the trainer's last lines name, then resume." },
  /** Another attempt owns this work now. */
  fenced: { nonRetryable: true, cure: 'Nothing to do: the newer attempt goes on.' },
  'disk-full': { nonRetryable: true, cure: 'Free disk space, then resume.' },
  /** A stored file is missing or its content has changed. */
  'artifact-damaged': { nonRetryable: true, cure: 'Restore the artifact store from a copy, or start a new run.' },
  /** The face models are not on this machine and can't be fetched. */
  'models-missing': { nonRetryable: true, cure: 'Run `azit models pull` on the identity worker, then resume.' },
} as const;

export type FailureType = keyof typeof failureTypes;
