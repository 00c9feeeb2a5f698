/** 100 MB, for every request body but assets. */
export const MAX_BODY_BYTES = 104_857_600;
