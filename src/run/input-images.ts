import type { RenderItem } from './contracts.js';
import type { ArtifactRef } from './ref.js';

/** What an image is edited from, in the order in which the graph takes it. */
export const inputImagesOf = ({ image, furtherImages = [] }: RenderItem): ArtifactRef[] =>
  image ? [image, ...furtherImages] : [];
