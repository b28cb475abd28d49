/**
 * Whether `npm run test:mutation` runs the tests, hundreds of times and without `dist/`: what takes seconds, or needs
 * what was built, is left out of it.
 */
export const isMutationTest = process.env.DELVE_MUTATION_TESTS !== undefined;
