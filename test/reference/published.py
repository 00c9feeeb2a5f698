"""InsightFace's own package on its published files: published.py SITE_FOLDER MODELS_FOLDER PICTURE...

One JSON line a picture. Only its detector, recogniser and alignment are imported: the package as a whole asks for much
more than they need.
"""

import importlib
import json
import sys
import types

import cv2
import numpy as np


def part(site, name):
    for package in ("insightface", "insightface.model_zoo", "insightface.utils"):
        if package not in sys.modules:
            module = types.ModuleType(package)
            module.__path__ = [f"{site}/{package.replace('.', '/')}"]
            sys.modules[package] = module
    return importlib.import_module(f"insightface.{name}")


def main():
    site, models, *paths = sys.argv[1:]
    align = part(site, "utils.face_align")
    detector = part(site, "model_zoo.scrfd").SCRFD(f"{models}/scrfd_500m_bnkps.onnx")
    detector.prepare(-1, input_size=(640, 640))
    recogniser = part(site, "model_zoo.arcface_onnx").ArcFaceONNX(f"{models}/w600k_mbf.onnx")
    recogniser.prepare(-1)
    for path in paths:
        picture = cv2.imread(path)
        boxes, points = detector.detect(picture, input_size=(640, 640))
        if len(boxes) != 1:
            # Of several faces each side would choose by a rule of its own.
            print(json.dumps({"path": path}))
            continue
        matrix = align.estimate_norm(points[0], 112)
        face = cv2.warpAffine(picture, matrix, (112, 112), borderValue=0.0)
        values = recogniser.get_feat(face).flatten()
        found = {"landmarks": points[0], "matrix": matrix, "embedding": values / np.linalg.norm(values)}
        print(json.dumps({"path": path, **{name: value.tolist() for name, value in found.items()}}))


if __name__ == "__main__":
    main()
