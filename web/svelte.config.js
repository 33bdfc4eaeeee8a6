import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    runes: true,
    // Short, since it stands on every element with a style.
    cssHash: ({ hash, css }) => `s${hash(css).slice(-5)}`,
  },
};
