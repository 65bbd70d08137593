/** Svelte takes the types out by itself: only such as can be taken out. */
export default { compilerOptions: { runes: true } };
