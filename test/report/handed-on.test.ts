import assert from 'node:assert/strict';
import sharp, { type Sharp } from 'sharp';
import { graphHandedOn, recordHandedOn, withoutFolders } from '../../src/report/handed-on/record.js';
import { handedOn } from '../../src/report/handed-on/picture.js';
import { chunkOf, pngChunks, pngOf } from '../../src/report/handed-on/png-chunks.js';
import { finishedRun, Pictures } from './fixture.js';

const probe = 'PROBE';
const exif = {
  IFD0: { Artist: `${probe} Jane`, ImageDescription: `${probe} at home`, Software: probe },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1', GPSAreaInformation: probe },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${probe}"/></rdf:RDF></x:xmpmeta>`;
const width = 48;
const height = 32;

/** No side is like another, so that a wrong turn shows. */
const pixels = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + (i >> 5)) % 251));
const source = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });
const told = (picture: Sharp): Sharp => picture.withExif(exif).withXmp(xmp).withIccProfile('p3');
const shown = (bytes: Buffer) => sharp(bytes).autoOrient().toColourspace('srgb').removeAlpha().raw().toBuffer();

function segment(marker: number, data: string): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, Buffer.from(data, 'latin1')]);
}

async function kinds(): Promise<Record<string, Buffer>> {
  const jpeg = await told(source()).jpeg().toBuffer();
  const progressive = await told(source()).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer();
  const png = await told(source()).png().toBuffer();
  const chunks = pngChunks(png)!;
  const chunk = (type: string, text: string) => chunkOf(type, Buffer.from(text));
  const [IHDR, ...rest] = chunks;
  const turned = (picture: Sharp, orientation: number) => picture.withMetadata({ orientation }).withXmp(xmp);
  const webp = await told(source()).webp().toBuffer();
  return {
    jpeg,
    progressive,
    'jpeg with a comment, IPTC and unknown segments': Buffer.concat([
      jpeg.subarray(0, 2),
      segment(0xe0, `JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01Qz7`),
      segment(0xfe, probe),
      segment(0xed, `Photoshop 3.0\0${probe}`),
      segment(0xe5, probe),
      jpeg.subarray(2),
    ]),
    'jpeg with a film after its end': Buffer.concat([jpeg, Buffer.from(probe), jpeg]),
    'jpeg in CMYK': await sharp(await source().toColourspace('cmyk').jpeg().toBuffer())
      .withExif(exif)
      .keepIccProfile()
      .jpeg()
      .toBuffer(),
    'jpeg on its side': await turned(source(), 6).jpeg().toBuffer(),
    png,
    'png with texts, time, private chunks and a second header': pngOf([
      IHDR,
      chunk('tEXt', `Author\0${probe}`),
      chunk('iTXt', `Comment\0\0\0\0\0${probe}`),
      chunk('tIME', `\x07\xea${probe}`),
      chunk('prVt', probe),
      chunk('caBX', probe),
      chunk('gAMA', `\0\0\xb1\x8f${probe}`),
      ...rest,
    ]),
    'png with bytes after its end': Buffer.concat([png, Buffer.from(probe)]),
    'png upside down': await turned(source(), 3).png().toBuffer(),
    webp,
    'webp without loss, with alpha and bytes after its end': Buffer.concat([
      await told(source().ensureAlpha(0.5)).webp({ lossless: true }).toBuffer(),
      Buffer.from(probe),
    ]),
    'webp with an unknown chunk': withRiffChunk(webp, probe),
    'webp on its side': await turned(source(), 8).webp({ lossless: true }).toBuffer(),
    avif: await told(source()).avif({ effort: 0 }).toBuffer(),
    tiff: await told(source()).tiff({ compression: 'deflate' }).toBuffer(),
    gif: Buffer.concat([await source().gif().toBuffer(), Buffer.from(probe)]),
  };
}

function withRiffChunk(webp: Buffer, text: string): Buffer {
  const head = Buffer.from('UNKN\0\0\0\0');
  head.writeUInt32LE(text.length, 4);
  const grown = Buffer.concat([webp, head, Buffer.from(text), Buffer.alloc(text.length % 2)]);
  grown.writeUInt32LE(grown.length - 8, 4);
  return grown;
}

describe('an image that is handed on', () => {
  it('tells a place, an author, a comment, a prompt or what lies beside or behind its pixels', async () => {
    for (const [kind, bytes] of Object.entries(await kinds())) {
      const { bytes: bare, extension } = await handedOn(bytes);
      assert.doesNotMatch(bare.toString('latin1'), /PROBE|Qz7|Jane|GPS|xmpmeta|Photoshop/, kind);
      const { exif: left, xmp: leftXmp, iptc, comments } = await sharp(bare).metadata();
      assert.deepEqual([leftXmp, iptc, comments], [undefined, undefined, undefined], kind);
      assert.ok((left?.length ?? 0) <= 32, `${kind}: ${left?.length} bytes of EXIF`);
      assert.equal(extension, /^(avif|tiff|gif)/.test(kind) ? '.png' : null, kind);
    }
  });

  it('shows other pixels, or another side up', async () => {
    for (const [kind, bytes] of Object.entries(await kinds())) {
      const { bytes: bare } = await handedOn(bytes);
      assert.ok(!bare.equals(bytes) && bare.length > 0, kind);
      assert.deepEqual(await shown(bare), await shown(bytes), kind);
      assert.deepEqual((await handedOn(bare)).bytes, bare, `${kind}: again`);
    }
  });

  it('goes out as it is where nobody can read it', async () => {
    const { png, jpeg } = await kinds();
    for (const broken of [
      Buffer.from(`no image ${probe}`),
      png.subarray(0, 60),
      jpeg.subarray(0, 100),
      Buffer.alloc(0),
    ])
      assert.equal((await handedOn(broken)).bytes.length, 0);
  });
});

describe('a record that is handed on', () => {
  it('names folders of a machine in words', () => {
    const told: [string, string][] = [
      [
        'Put x.safetensors into /home/jane/ComfyUI/models, then resume.',
        'Put x.safetensors into …/models, then resume.',
      ],
      ["no such file '/Users/jane/a b/c.png'", "no such file '…/a b/c.png'"],
      ['C:\\Users\\jane\\loras is full', '…/loras is full'],
      ['see ~/ComfyUI/log.txt:3', 'see …/log.txt:3'],
      ['http://127.0.0.1:8188/api/view said 404', 'http://127.0.0.1:8188/api/view said 404'],
      ['3/4 view, 1/2, and/or, step 10/20', '3/4 view, 1/2, and/or, step 10/20'],
    ];
    for (const [text, bare] of told) assert.equal(withoutFolders(text), bare);
  });

  it("holds a server's command line, which older runs have kept", async () => {
    const data = await finishedRun(new Pictures(), { steps: [10], prompts: ['base'], seeds: 1, yaws: [0] });
    const argv = ['main.py', '--secret-key=abc', '--base-directory', '/home/jane/ComfyUI'];
    data.provenance = { sweepServer: { version: '0.33.0', argv }, trainer: 'ai-toolkit at /home/jane/ai-toolkit' };
    assert.deepEqual(recordHandedOn(data).provenance, {
      sweepServer: { version: '0.33.0' },
      trainer: 'ai-toolkit at …/ai-toolkit',
    });
  });
});

describe('a graph that is handed on', () => {
  it('names folders of the machine', () => {
    const inputs = {
      home: '/home/jane/models/x.safetensors',
      tilde: '~/pictures/me.png',
      windows: 'C:\\Users\\jane\\me.png',
      share: '\\\\nas\\jane\\me.png',
      url: 'file:///home/jane/me.png',
      lora: 'azit/mina-1a2b.safetensors',
      text: 'portrait, 3/4 view / soft light',
    };
    const graph = JSON.parse(graphHandedOn(Buffer.from(JSON.stringify({ '1': { inputs } }))).toString()) as object;
    assert.deepEqual(graph, {
      '1': {
        inputs: {
          ...inputs,
          home: 'x.safetensors',
          tilde: 'me.png',
          windows: 'me.png',
          share: 'me.png',
          url: 'me.png',
        },
      },
    });
  });

  it('is another file where it names none', () => {
    const graph = Buffer.from('{"1":{"inputs":{"text":"a"}}}');
    assert.equal(graphHandedOn(graph), graph);
    assert.equal(graphHandedOn(Buffer.from('['.repeat(200_000))).length, 0);
  });
});
