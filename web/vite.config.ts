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

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(paths.map((path) => [`^${path}(/|\\?|$)`, toServer])) },
});
