/** The line where water and land meet. */
export const shore = 232;
