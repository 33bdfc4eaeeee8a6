import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type ProxyOptions } from 'vite';

// Where the binary listens while `npm run dev` serves the pages. `repairbridge demo` prints its address.
const server = process.env['REPAIRBRIDGE_URL'] ?? 'http://127.0.0.1:8780';

// The server asks that a changing request comes from its own origin.
const toServer: ProxyOptions = {
  target: server,
  changeOrigin: true,
  configure: (proxy) => {
    proxy.on('proxyReq', (request) => {
      if (request.getHeader('origin')) request.setHeader('origin', server);
    });
  },
};

const paths = ['/api', '/login', '/logout', '/setup', '/account', '/oauth', '/status.css', '/health'];

// As the server says it, so that `npm run preview` shows what it would refuse.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What most pages need is one file: many small ones compress badly. Pages stay apart by what one comes for.
        // `main.ts` stays out of it: it waits for the texts, which need this file.
        codeSplitting: {
          groups: [
            { name: 'shared', test: /node_modules\/(svelte|openapi-fetch)|src\/(parts\/[A-Z][A-Za-z]*\.svelte|parts\/tone|state|api|shell|format|router|App\.svelte|texts\/(index|plural))/ },
            // What is looked at day by day, one page after the other.
            { name: 'daily', test: /src\/pages\/(people|person|review|activity|start|missing)\// },
            // What flows, the catalogue, the rules and the set-up have in common.
            {
              name: 'workshop',
              test: /node_modules\/smol-toml|src\/parts\/schema-form|src\/pages\/(flows\/(?!Page|Mine|Gallery|Recipe|AnswerField|answers|Month)|catalogue\/(DangerPill|calls)|rules\/(FieldMap|staged)|settings\/Scopes|setup\/(Wizard|ShopStep|steps))/,
            },
            // Pages that are looked at together, and none of them first.
            { name: 'automation', test: /src\/pages\/(flows|flow|catalogue|operation)\// },
            { name: 'upkeep', test: /src\/pages\/(setup|rules|new-shop|settings|shops)\// },
          ],
        },
        chunkFileNames: (chunk) => `assets/${/pages\/([a-z-]+)\/Page\.svelte/.exec(chunk.facadeModuleId ?? '')?.[1] ?? '[name]'}-[hash].js`,
      },
    },
  },
  server: { proxy: Object.fromEntries(paths.map((path) => [`^${path}(/|\\?|$)`, toServer])) },
  preview: { headers: { 'content-security-policy': policy } },
});
