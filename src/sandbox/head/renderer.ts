import { paintBackground } from './background.js';
import { buildBody } from './body.js';
import { frame, type Frame, project } from './camera.js';
import { buildEar, buildEarring } from './ears.js';
import { type Face, measureFace } from './face.js';
import { Fragments, gatherFragments, STRIDE } from './fragments.js';
import {
  BODY,
  type Grid,
  gridNormals,
  gridTriangles,
  HAIR,
  HEAD,
  type Surface,
  triangleCount,
  Vertices,
} from './grid.js';
import { buildBun, buildHair } from './hair.js';
import { smoothstep } from './kernels.js';
import { develop, ink, type Light, lightOf, shade } from './light.js';
import { paintBody } from './paint-body.js';
import { paintHair } from './paint-hair.js';
import { paintHead } from './paint-skin.js';
import { VisibilityBuffer } from './raster.js';
import { type Affects, PARAMETERS, SCENE_SIZE, type Scene } from './scene.js';
import { buildSkull, type Sphere, sphere } from './skull.js';
import { type Tones, tonesOf } from './tones.js';

type Part = 'skull' | 'earLeft' | 'earRight' | 'ringLeft' | 'ringRight' | 'hair' | 'bun' | 'body';

/** Rows and columns of each part at detail 1; smaller pictures use coarser grids. */
const SHAPES: Record<Part, [rows: number, columns: number, surface: Surface, twoSided: boolean]> = {
  skull: [124, 150, HEAD, false],
  earLeft: [20, 24, HEAD, false],
  earRight: [20, 24, HEAD, false],
  ringLeft: [8, 10, HEAD, false],
  ringRight: [8, 10, HEAD, false],
  hair: [64, 190, HAIR, true],
  bun: [18, 24, HAIR, false],
  body: [56, 72, BODY, false],
};

const detailOf = (width: number, height: number): number => Math.min(1, 0.25 + (0.75 * Math.min(width, height)) / 480);

/**
 * Draws scenes of one picture size. Buffers and topology are made once; between two drawings only what the changed
 * numbers can touch is done again (a fit changes one number at a time, and most touch paint only).
 */
export class Renderer {
  private readonly grids = {} as Record<Part, Grid>;
  private readonly spheres = {} as Record<Part, Sphere>;
  private readonly vertices: Vertices;
  private readonly corners: Int32Array;
  private readonly surfaceOf: Uint8Array;
  private readonly seen: VisibilityBuffer;
  private readonly fragments: Record<Surface, Fragments>;
  private readonly backdrop: Float32Array;
  /** Of the last drawing: values as lit, and as shown. */
  private readonly lit: Float32Array;
  private readonly developed: Float32Array;
  private readonly last = new Float64Array(SCENE_SIZE).fill(NaN);

  constructor(
    readonly width: number,
    readonly height: number,
    detail = detailOf(width, height),
  ) {
    let vertexCount = 0;
    let triangles = 0;
    for (const part of Object.keys(SHAPES) as Part[]) {
      const [fullRows, fullColumns, surface, twoSided] = SHAPES[part];
      const rows = Math.max(6, Math.round(fullRows * detail));
      // An odd count puts one column exactly on the middle of the face.
      const columns = Math.max(7, Math.round(fullColumns * detail) | 1);
      const grid = { rows, columns, first: vertexCount, surface, twoSided };
      this.grids[part] = grid;
      this.spheres[part] = sphere(rows, columns);
      vertexCount += rows * columns;
      triangles += triangleCount(grid);
    }
    this.vertices = new Vertices(vertexCount);
    this.corners = new Int32Array(triangles * 3);
    this.surfaceOf = new Uint8Array(triangles);
    this.seen = new VisibilityBuffer(width, height);
    const room = width * height;
    this.fragments = { 1: new Fragments(room), 2: new Fragments(room), 3: new Fragments(room) };
    this.backdrop = new Float32Array(room * 3);
    this.lit = new Float32Array(room * 3).fill(NaN);
    this.developed = new Float32Array(room * 3);
    let at = 0;
    for (const grid of Object.values(this.grids)) {
      const next = gridTriangles(grid, this.corners, at);
      this.surfaceOf.fill(grid.surface, at / 3, next / 3);
      at = next;
    }
  }

  /** Draws `scene` into `target`: width x height x 3 display values in 0..1. */
  render(scene: Scene, target: Float32Array): void {
    const touched = this.touched(scene);
    const view = frame(scene, this.width, this.height);
    if (touched.has('shape')) this.placeGeometry(scene, view);
    if (touched.has('background')) paintBackground(scene, this.width, this.height, this.backdrop);
    this.paintSurfaces(scene, view, touched);
    this.compose(target);
    this.last.set(scene);
  }

  private touched(scene: Scene): Set<Affects> {
    const out = new Set<Affects>();
    for (let i = 0; i < SCENE_SIZE; i++) if (scene[i] !== this.last[i]) out.add(PARAMETERS[i].affects);
    if (Number.isNaN(this.last[0])) for (const all of ['shape', 'background', 'all'] as const) out.add(all);
    return out;
  }

  private placeGeometry(scene: Scene, view: Frame): void {
    const { grids, spheres, vertices } = this;
    const face = measureFace(scene);
    buildSkull(face, grids.skull, spheres.skull, vertices);
    buildEar(face, -1, grids.earLeft, spheres.earLeft, vertices);
    buildEar(face, 1, grids.earRight, spheres.earRight, vertices);
    buildEarring(scene, face, -1, grids.ringLeft, spheres.ringLeft, vertices);
    buildEarring(scene, face, 1, grids.ringRight, spheres.ringRight, vertices);
    buildHair(scene, face, grids.hair, spheres.hair, vertices);
    buildBun(scene, face, grids.bun, spheres.bun, vertices);
    buildBody(scene, face, grids.body, vertices);
    this.seen.clear();
    let triangle = 0;
    for (const part of Object.keys(grids) as Part[]) {
      const grid = grids[part];
      project(scene, view, grid, part === 'body' ? 0.3 : 1, vertices);
      gridNormals(grid, vertices);
      this.seen.draw(this.corners, triangle, triangle + triangleCount(grid), vertices, grid.twoSided);
      triangle += triangleCount(grid);
    }
    gatherFragments(this.seen, this.corners, this.surfaceOf, vertices, this.fragments);
  }

  private paintSurfaces(scene: Scene, view: Frame, touched: Set<Affects>): void {
    const all = touched.has('shape') || touched.has('all');
    if (!all && !touched.has('head') && !touched.has('hair') && !touched.has('body')) return;
    const pixel = 1 / view.scale;
    // Strokes and pores fade in as pixels get smaller than them (about a 200 px picture upwards).
    const fine = smoothstep(0.024, 0.011, pixel);
    const light = lightOf(scene);
    const tones = tonesOf(scene);
    if (all || touched.has('head')) this.paintHeads(scene, measureFace(scene), tones, light, pixel, fine);
    if (all || touched.has('hair') || touched.has('body')) this.paintHairs(scene, tones, light, pixel, fine);
    if (all || touched.has('body')) this.paintBodies(scene, tones, light, pixel, fine);
  }

  private paintHeads(scene: Scene, face: Face, tones: Tones, light: Light, pixel: number, fine: number): void {
    const { at, colour, count } = this.fragments[HEAD];
    const paint = { scene, face, tones, pixel, fine };
    const out = ink();
    for (let i = 0, k = 0; i < count; i++, k += STRIDE) {
      paintHead(paint, at[k], at[k + 1], at[k + 2], at[k + 6], at[k + 7], out);
      shade(out, light, at[k + 3], at[k + 4], at[k + 5], colour, i * 3);
    }
  }

  private paintHairs(scene: Scene, tones: Tones, light: Light, pixel: number, fine: number): void {
    const { at, colour, count } = this.fragments[HAIR];
    const paint = { scene, tones, light, fine, locks: smoothstep(0.05, 0.02, pixel) };
    const out = ink();
    for (let i = 0, k = 0; i < count; i++, k += STRIDE) {
      const side = at[k + 5] < 0 ? -1 : 1;
      const [nx, ny, nz] = [side * at[k + 3], side * at[k + 4], side * at[k + 5]];
      paintHair(paint, at[k + 1], at[k + 6], at[k + 7], nx, ny, nz, out);
      shade(out, light, nx, ny, nz, colour, i * 3);
    }
  }

  private paintBodies(scene: Scene, tones: Tones, light: Light, pixel: number, fine: number): void {
    const { at, colour, count } = this.fragments[BODY];
    const paint = { scene, tones, pixel, fine };
    const out = ink();
    for (let i = 0, k = 0; i < count; i++, k += STRIDE) {
      paintBody(paint, at[k], at[k + 1], at[k + 2], out);
      shade(out, light, at[k + 3], at[k + 4], at[k + 5], colour, i * 3);
    }
  }

  /** Surfaces over the backdrop by their cover, then to display values. */
  private compose(target: Float32Array): void {
    target.set(this.backdrop);
    for (const surface of [HEAD, HAIR, BODY]) {
      const { pixel, weight, count } = this.fragments[surface];
      for (let i = 0; i < count; i++) {
        const k = pixel[i] * 3;
        const w = weight[i];
        target[k] -= this.backdrop[k] * w;
        target[k + 1] -= this.backdrop[k + 1] * w;
        target[k + 2] -= this.backdrop[k + 2] * w;
      }
    }
    for (const surface of [HEAD, HAIR, BODY]) {
      const { pixel, weight, colour, count } = this.fragments[surface];
      for (let i = 0; i < count; i++) {
        const k = pixel[i] * 3;
        const w = weight[i];
        target[k] += colour[i * 3] * w;
        target[k + 1] += colour[i * 3 + 1] * w;
        target[k + 2] += colour[i * 3 + 2] * w;
      }
    }
    const { lit, developed } = this;
    for (let i = 0; i < target.length; i++) {
      // A power a value is dear, and in two drawings of a fit most values are the same.
      if (target[i] !== lit[i]) developed[i] = develop((lit[i] = target[i]));
      target[i] = developed[i];
    }
  }
}
