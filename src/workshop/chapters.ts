import type { Chapter } from './chapter.js';
import { NETWORK } from './chapters/network.js';
import { PAYMENTS } from './chapters/payments.js';
import { PLUGINS } from './chapters/plugins.js';
import { WEB } from './chapters/web.js';

/** The talk "JSON Interface with c-lightning and Writing Extensions", as chapters that a person walks through. */
export const CHAPTERS: readonly Chapter[] = [...NETWORK, ...PLUGINS, ...WEB, ...PAYMENTS];
