import type { Sections } from '../network/background/sections.js';
import type { SectionModule } from './section.js';

/** What does each section, loaded where there is one to do; none for what is only kept. */
export const MODULES: { readonly [N in keyof Sections]?: () => Promise<SectionModule<Sections[N]>> } = {
  thaw: async () => (await import('./thaw.js')).thaw,
  links: async () => (await import('./links/links.js')).links,
  traffic: async () => (await import('./traffic.js')).traffic,
  web: async () => (await import('../web/section.js')).web,
  watch: async () => (await import('./watch.js')).watch,
  mining: async () => (await import('./mining.js')).mining,
};
