import type { ArtifactRef } from '../run/ref.js';
import { stageIds } from '../project/names.js';
import { pendingStage, type Picture, type ReportData, type StageRecord, type Strip } from '../run/record.js';
import type { Album } from './album.js';
import type { CheckpointRecord, Generalisation, SweepPicture } from '../run/checkpoint-record.js';
import { firstSeeds } from './shown.js';
import type { SweepTables } from './tables.js';
import { isChosen } from './wanted.js';

export interface WrittenFile {
  path: string;
  sha256: string;
}

/** Files that the report makes itself. */
export interface ReportFiles {
  curve: WrittenFile;
  /** One for each strip; null where it has no picture yet. */
  strips: (WrittenFile | null)[];
  graphs: ({ name: string } & WrittenFile)[];
}

/** report.json (schema.ts): the data with each reference turned into a path and a sha256. */
export function reportJson(data: ReportData, tables: SweepTables, album: Album, files: ReportFiles) {
  const { run, training, choice, timeline, provenance } = data;
  const picture = (one: Picture) => pictureJson(one, album);
  const stages = allStages(data).map(({ outputs, rejected, ...stage }) => ({
    ...stage,
    chosen: chosenSha256({ ...stage, outputs, rejected }, album),
    outputs: outputs.map((one) => ({ ...picture(one), chosen: isChosen({ ...stage, outputs, rejected }, one.image) })),
    rejected: rejected.map(({ reason, ...one }) => ({ ...picture(one), reason })),
  }));
  return {
    azit: 1,
    run,
    stages,
    training,
    ...(data.spent ? { spent: data.spent } : {}),
    checkpoints: data.checkpoints.map(({ lora, step, generalisation, strengths, ...scores }) => ({
      step,
      sha256: lora.sha256,
      bytes: lora.bytes,
      name: lora.name,
      ...scores,
      ...strengthsJson(strengths),
      ...generalisationJson(generalisation, tables.get(step), album),
    })),
    guardAnchor: guardAnchorJson(data),
    baseline: {
      identity: data.baseline,
      images: baselineJson(data, album),
      ...generalisationJson(data.baselineGeneralisation, tables.get(null), album),
    },
    strips: data.strips.map((strip, index) => stripJson(strip, album, files.strips[index])),
    choice,
    waitingFor: waitingJson(data, album),
    ...(data.advice ? { advice: data.advice } : {}),
    ...(data.coverage ? { coverage: data.coverage } : {}),
    editorial: data.editorial.map(picture),
    references: data.references.map(picture),
    graphs: files.graphs,
    curve: files.curve,
    timeline,
    provenance,
  };
}

/** The same at each strength; the pictures stand in the strips. */
function strengthsJson(strengths: CheckpointRecord['strengths']) {
  if (!strengths) return {};
  const bare = strengths.map(({ generalisation, ...scores }) => {
    const { table: _, ...numbers } = generalisation ?? {};
    return { ...scores, ...(generalisation ? { generalisation: numbers } : {}) };
  });
  return { strengths: bare };
}

/** The checkpoint that the guards compare with, which is no option. */
function guardAnchorJson({ guardAnchor }: ReportData) {
  if (!guardAnchor) return null;
  const { lora, step, generalisation: _, strengths, ...scores } = guardAnchor;
  return { step, sha256: lora.sha256, bytes: lora.bytes, name: lora.name, ...scores, ...strengthsJson(strengths) };
}

/** What a person is asked, with the files to look at. */
function waitingJson({ waitingFor }: ReportData, album: Album) {
  if (!waitingFor) return null;
  const options = waitingFor.options.map(({ image, ...option }) => ({ ...option, ...album.fileOf(image) }));
  return { ...waitingFor, options };
}

/** All six, in order: one that the run has not come to is pending. */
export function allStages({ stages }: Pick<ReportData, 'stages'>): StageRecord[] {
  return stageIds.map((id) => stages.find((stage) => stage.id === id) ?? pendingStage(id));
}

/** Each render of the set, the training picture that it is nearest to, and what was asked of it against what was found. */
function generalisationJson(set: Generalisation | undefined, pictures: SweepPicture[] | undefined, album: Album) {
  if (!set) return {};
  const { table: _table, ...numbers } = set;
  const one = ({ image, nearestTraining, ...rest }: SweepPicture) => ({
    ...album.fileOf(image),
    ...rest,
    nearestTraining: nearestTraining && {
      ...album.fileOf(nearestTraining.image),
      similarity: nearestTraining.similarity,
      nearCopy: nearestTraining.nearCopy,
    },
  });
  return { generalisation: numbers, pictures: (pictures ?? []).map(one) };
}

/** Of the file in the report, as everything else there; a name stays a name. */
function chosenSha256(stage: StageRecord, album: Album): string | null {
  const picture = stage.outputs.find(({ image }) => image.sha256 === stage.chosen);
  return picture ? album.fileOf(picture.image).sha256 : stage.chosen;
}

/** How an image came about stands where it is told of itself. */
const fileAlone = ({ path, sha256 }: WrittenFile): WrittenFile => ({ path, sha256 });

function pictureJson({ image, measured, inputs, ...rest }: Picture, album: Album) {
  const from = inputs?.map((input) => ({ ...fileAlone(album.fileOf(input)), name: input.name }));
  return { ...album.fileOf(image), name: image.name, ...rest, ...(from ? { inputs: from } : {}), ...measured };
}

function stripJson({ prompt, text, strength, images, baseline }: Strip, album: Album, file: WrittenFile | null) {
  const one = <T extends { image: ArtifactRef }>({ image, ...rest }: T) => ({ ...rest, ...album.fileOf(image) });
  const firsts = new Set(firstSeeds({ prompt, text, images, baseline }));
  return {
    prompt,
    text,
    ...(strength === undefined ? {} : { strength }),
    images: [...firsts].map(one),
    further: images.filter((picture) => !firsts.has(picture)).map(one),
    baseline: baseline && one(baseline),
    file,
  };
}

function baselineJson({ strips }: ReportData, album: Album) {
  // Once for all strengths of a prompt.
  const once = strips.filter(({ strength }) => strength === strips[0].strength);
  return once.flatMap(({ prompt, baseline }) =>
    baseline
      ? [
          {
            ...album.fileOf(baseline.image),
            seed: baseline.seed,
            prompt,
            identity: baseline.identity,
            server: baseline.server,
          },
        ]
      : [],
  );
}
