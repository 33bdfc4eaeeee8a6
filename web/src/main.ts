import { mount } from 'svelte';
import App from './App.svelte';
import { keys } from './state/keys.svelte';
import { live } from './state/live.svelte';
import { me } from './state/me.svelte';
import { place } from './state/place.svelte';
import { looks } from './state/theme.svelte';
import { words } from './texts/index.svelte';
import './theme.css';

looks.start();
place.start();
keys.start();
live.start();
// Who one is decides what is shown, not whether something is: without an answer nothing may be changed.
const known = me.start().catch(() => undefined);

await Promise.all([words.start(), known]);
const target = document.getElementById('app');
if (target) mount(App, { target });
