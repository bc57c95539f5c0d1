/** Columns and rows of the pictures in assets/. */
export const [width, height] = [512, 384];
