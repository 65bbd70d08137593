import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** `npx vite web` serves the page beside an invented playground: /?play=two, five, fifty. */
export default defineConfig(async ({ command, isPreview }) => ({
  plugins: [
    svelte(),
    command === 'serve' || isPreview === true ? (await import('./dev/fake-server.js')).fakeServer() : [],
  ],
  // no file is put into another as a data: URL, which the page's Content-Security-Policy would refuse
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022', emptyOutDir: true },
}));
