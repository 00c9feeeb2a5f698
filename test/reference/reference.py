"""The straight program that AZIT's face measurements are held against: one picture after the other, with OpenCV and
onnxruntime, as InsightFace does it (detector, five points, Umeyama, bilinear warp, embedding, cosine).

    python reference.py MODELS_DIR PICTURE... > faces.jsonl      one JSON line a picture
    python reference.py MODELS_DIR --time PICTURE...             one JSON line: pictures, seconds, peakBytes

For `npm run test:reference` and `npm run bench:identity`.
"""

import json
import resource
import sys
import time

import cv2
import numpy as np
import onnxruntime

TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def open_model(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session, values):
    return session.run(None, {session.get_inputs()[0].name: values})


def planes(picture):
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32))


def overlap(box, others):
    left, top = np.maximum(box[0], others[:, 0]), np.maximum(box[1], others[:, 1])
    right, bottom = np.minimum(box[2], others[:, 2]), np.minimum(box[3], others[:, 3])
    shared = np.maximum(0, right - left) * np.maximum(0, bottom - top)
    area = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return shared / ((box[2] - box[0]) * (box[3] - box[1]) + area - shared)


def detect(session, rgb):
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (320, 240)).astype(np.float32)
    scores, boxes = run(session, planes((small - 127) / 128))
    scores, boxes = scores[0, :, 1], boxes[0] * [width, height, width, height]
    keep = scores >= 0.65
    scores, boxes = scores[keep], boxes[keep]
    order = np.argsort(-scores)
    faces = []
    while len(order):
        best, order = order[0], order[1:]
        faces.append(boxes[best])
        order = order[overlap(boxes[best], boxes[order]) < 0.4]
    return faces


def main_face(faces, width, height):
    def weight(box):
        x, y = (box[0] + box[2]) / width - 1, (box[1] + box[3]) / height - 1
        off = min(1, np.hypot(x, y) / np.sqrt(2))
        return (box[2] - box[0]) * (box[3] - box[1]) * (1 - 0.5 * off)

    return max(faces, key=weight)


def crop(rgb, box):
    height, width = rgb.shape[:2]
    left, top = min(width - 1, max(0, int(box[0]))), min(height - 1, max(0, int(box[1])))
    right, bottom = min(width, max(0, int(box[2]))), min(height, max(0, int(box[3])))
    return left, top, max(left + 1, right), max(top + 1, bottom)


def landmarks(session, rgb, box):
    left, top, right, bottom = crop(rgb, box)
    grey = cv2.cvtColor(cv2.resize(rgb[top:bottom, left:right], (64, 64)), cv2.COLOR_RGB2GRAY)
    shares = run(session, (grey.astype(np.float32) / 256)[None, None])[0].reshape(68, 2)
    p = shares * [right - left, bottom - top] + [left, top]
    middle = lambda *at: p[list(at)].mean(axis=0)
    return np.array([middle(37, 38, 40, 41), middle(43, 44, 46, 47), p[30], middle(48, 60), middle(54, 64)])


def umeyama(source, target):
    """Umeyama 1991 with scale, by SVD."""
    mean_s, mean_t = source.mean(axis=0), target.mean(axis=0)
    s, t = source - mean_s, target - mean_t
    u, d, v = np.linalg.svd(t.T @ s / len(s))
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    rotation = u @ np.diag(sign) @ v
    scale = (d * sign).sum() / s.var(axis=0).sum()
    return np.hstack([scale * rotation, (mean_t - scale * rotation @ mean_s)[:, None]])


def pose(session, rgb, box):
    grow = np.array([box[0] - box[2], box[1] - box[3], box[2] - box[0], box[3] - box[1]]) / 4
    left, top, right, bottom = crop(rgb, box + grow)
    face = cv2.resize(rgb[top:bottom, left:right], (224, 224)).astype(np.float32) / 255
    logits = run(session, planes((face - IMAGENET_MEAN) / IMAGENET_DEVIATION))
    weights = [np.exp(l[0] - l[0].max()) for l in logits]
    return [float((w / w.sum() * np.arange(66)).sum() * 3 - 99) for w in weights]


def embed(session, aligned):
    values = run(session, planes((aligned[:, :, ::-1].astype(np.float32) - 127) / 128))[0][0]
    return values / np.linalg.norm(values)


class Faces:
    def __init__(self, folder):
        self.models = {name: open_model(f"{folder}/fr_{name}.onnx") for name in ("detect", "landmark", "pose", "feature")}

    def measure(self, path):
        bgr = cv2.imread(path, cv2.IMREAD_COLOR)
        if bgr is None:
            return {"path": path, "faces": 0}
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        faces = detect(self.models["detect"], rgb)
        if not faces:
            return {"path": path, "faces": 0}
        box = main_face(faces, rgb.shape[1], rgb.shape[0])
        points = landmarks(self.models["landmark"], rgb, box)
        matrix = umeyama(points, TEMPLATE)
        aligned = cv2.warpAffine(rgb, matrix, (112, 112), flags=cv2.INTER_LINEAR, borderValue=0)
        return {
            "path": path,
            "faces": len(faces),
            "box": box.tolist(),
            "landmarks": points.tolist(),
            "matrix": matrix.tolist(),
            "pose": pose(self.models["pose"], rgb, box),
            "embedding": embed(self.models["feature"], aligned).tolist(),
        }


def main():
    folder, *paths = sys.argv[1:]
    faces = Faces(folder)
    if paths[0] == "--time":
        return measure_time(faces, paths[1:])
    for path in paths:
        print(json.dumps(faces.measure(path)))


def measure_time(faces, paths):
    """Prints how long it took from files to embeddings, without the start, and the most memory of this process."""
    faces.measure(paths[0])
    start = time.perf_counter()
    embeddings = [faces.measure(path).get("embedding") for path in paths]
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = sum(embedding is not None for embedding in embeddings)
    print(json.dumps({"pictures": len(paths), "found": found, "seconds": seconds, "peakBytes": peak}))


if __name__ == "__main__":
    main()
