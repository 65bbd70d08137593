import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { live } from './live/live.svelte.js';
import { settings } from './live/settings.svelte.js';
import { view } from './live/view.svelte.js';

settings.start();
view.start();
live.start();
mount(App, { target: document.getElementById('page')! });
