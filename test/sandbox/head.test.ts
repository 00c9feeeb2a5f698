import assert from 'node:assert/strict';
import { Renderer } from '../../src/sandbox/head/renderer.js';
import { AT, PARAMETERS, type ParameterName, restScene, type Scene } from '../../src/sandbox/head/scene.js';
import { seedScene } from '../../src/sandbox/model/seed.js';

const SIZE = 48;

function picture(renderer: Renderer, scene: Scene): Float32Array {
  const out = new Float32Array(SIZE * SIZE * 3);
  renderer.render(scene, out);
  return out;
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]), 0) / a.length;
}

function busyScene(): Scene {
  const scene = seedScene(5, false);
  const half =
    'bokeh beams city hat glasses lapels hood collar sequins open earrings lipstick eyeShadow bun dye beard moustache age fringe hairGrey hairRed irisGreen neckline';
  for (const name of half.split(' ') as ParameterName[]) scene[AT[name]] = 0.5;
  scene[AT.beard] = scene[AT.hairGrey] = scene[AT.freckles] = scene[AT.hairRed] = scene[AT.irisGreen] = 1.5;
  return scene;
}

describe('sandbox/head: drawing', () => {
  it('a drawing does not depend on what was drawn before it: every number repaints all that it touches', () => {
    const used = new Renderer(SIZE, SIZE);
    const base = busyScene();
    for (const [index, { name, spread }] of PARAMETERS.entries()) {
      picture(used, base);
      const moved = Float64Array.from(base);
      moved[index] += 0.4 * spread;
      const fresh = picture(new Renderer(SIZE, SIZE), moved);
      assert.deepEqual(picture(used, moved), fresh, `${name} leaves something of the last drawing behind`);
    }
  });

  it('no number is dead: each of them changes pixels of a scene that shows everything', () => {
    const renderer = new Renderer(SIZE, SIZE);
    const base = busyScene();
    const before = picture(renderer, base);
    // Strokes too fine for a picture of this size.
    const fine = new Set<string>(['knit']);
    for (const [index, { name, spread, low, high }] of PARAMETERS.entries()) {
      if (fine.has(name)) continue;
      const moved = Float64Array.from(base);
      moved[index] = Math.min(high, Math.max(low, base[index] + (base[index] + spread > high ? -spread : spread)));
      assert.ok(difference(before, picture(renderer, moved)) > 0, `${name} changes nothing`);
    }
  });

  it('a head turned to the left shows its nose left of the middle, turned right on the right', () => {
    const renderer = new Renderer(SIZE, SIZE);
    const side = (yaw: number): number => {
      const scene = restScene();
      scene[AT.yaw] = yaw;
      scene[AT.lipstick] = 1;
      const out = picture(renderer, scene);
      let [sum, weight] = [0, 0];
      for (let k = 0; k < out.length; k += 3) {
        const red = Math.max(0, out[k] - 1.6 * out[k + 1]) ** 2;
        sum += red * ((k / 3) % SIZE);
        weight += red;
      }
      return sum / weight - SIZE / 2;
    };
    assert.ok(side(40) < -3, `left: ${side(40)}`);
    assert.ok(side(-40) > 3, `right: ${side(-40)}`);
  });

  it('numbers far outside their range and odd sizes give finite pixels, not NaN', () => {
    for (const [width, height] of [
      [64, 96],
      [97, 41],
      [16, 16],
    ]) {
      const renderer = new Renderer(width, height);
      const out = new Float32Array(width * height * 3);
      for (const far of [-50, 50]) {
        renderer.render(
          PARAMETERS.reduce(
            (scene, { group }, i) => ((scene[i] = group === 'identity' ? far : scene[i]), scene),
            restScene(),
          ),
          out,
        );
        assert.ok(out.every((value) => value >= 0 && value <= 1));
      }
    }
  });
});
