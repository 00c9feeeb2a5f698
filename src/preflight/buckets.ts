/** Of an image, in pixels. */
export interface Size {
  name: string;
  width: number;
  height: number;
}

/** The bucket that ai-toolkit puts an image into: toolkit/buckets.py of 0.12.26. It never enlarges. */
export function bucketOf({ width, height }: Omit<Size, 'name'>, resolution: number, multiple: number) {
  const most = resolution * resolution;
  const target = Math.min(width * height, most);
  const scale = Math.sqrt(target / (width * height));
  const [w, h] = [(width * scale) / multiple, (height * scale) / multiple];
  const rounded = [Math.floor, Math.ceil].flatMap((across) =>
    [Math.floor, Math.ceil].map((down) => ({ width: across(w) * multiple, height: down(h) * multiple })),
  );
  const fitting = rounded.filter((one) => one.width > 0 && one.height > 0 && one.width * one.height <= most);
  if (fitting.length === 0)
    return {
      width: Math.max(multiple, Math.floor(w) * multiple),
      height: Math.max(multiple, Math.floor(h) * multiple),
    };
  const off = (one: (typeof fitting)[number]): number => Math.abs(one.width * one.height - target);
  return fitting.reduce((best, one) => (off(one) < off(best) ? one : best));
}

/** The share of an image that is cut off where it is scaled to cover its bucket. */
function cutShare(image: Size, resolution: number, multiple: number): number {
  const bucket = bucketOf(image, resolution, multiple);
  const scale = Math.max(bucket.width / image.width, bucket.height / image.height);
  return 1 - (bucket.width * bucket.height) / (image.width * scale * image.height * scale);
}

const mostNamed = 4;
const noticedShare = 0.05;

/** What the training does to images of these sizes that their owner may not expect, a sentence each. */
export function sizeProblems(images: readonly Size[], resolutions: readonly number[], multiple: number): string[] {
  const largest = Math.max(...resolutions);
  const small = images.filter(({ width, height }) => width * height < largest * largest);
  const cut = images.filter((image) => cutShare(image, largest, multiple) > noticedShare);
  return [
    ...(small.length > 0
      ? [
          `${counted(small.length, images.length)} fewer pixels than ${largest} x ${largest}: ai-toolkit never enlarges, so they are trained at their own size (${named(small)})`,
        ]
      : []),
    ...(cut.length > 0
      ? [
          `${counted(cut.length, images.length)} more than ${100 * noticedShare}% cut off at the edges, since sides of buckets are multiples of ${multiple} (${named(cut)})`,
        ]
      : []),
  ];
}

const counted = (some: number, all: number): string => `${some} of ${all} images ${some === 1 ? 'has' : 'have'}`;

const named = (images: readonly Size[]): string =>
  images
    .slice(0, mostNamed)
    .map(({ name, width, height }) => `${name} ${width} x ${height}`)
    .join(', ') + (images.length > mostNamed ? ' ...' : '');
