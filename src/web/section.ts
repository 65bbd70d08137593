import type { WebSettings } from '../network/background/sections.js';
import type { OpenedWeb } from '../network/playground.js';
import type { Host, Running, SectionModule } from '../resident/section.js';
import { webApp } from './app.js';
import { Live } from './live.js';
import { listen, type Listening } from './listen.js';
import { Session } from './security/session.js';

/** The network in a browser: a server on 127.0.0.1. */
export const web: SectionModule<WebSettings> = {
  start: async (settings, host) => await WebSection.start(settings, host),
};

class WebSection implements Running<WebSettings> {
  readonly #host: Host;
  readonly #session: Session;
  readonly #live: Live;
  readonly #ending = new AbortController();
  readonly #app: ReturnType<typeof webApp>;
  #settings: WebSettings;
  #listening: Listening | undefined;

  private constructor(settings: WebSettings, host: Host, session: Session, live: Live) {
    this.#host = host;
    this.#settings = settings;
    this.#session = session;
    this.#live = live;
    this.#app = webApp({
      playground: host.playground,
      live,
      session,
      isReadOnly: () => this.#settings.isReadOnly,
      port: () => this.#listening!.port,
      ending: this.#ending.signal,
    });
  }

  static async start(settings: WebSettings, host: Host): Promise<WebSection> {
    const { playground, log } = host;
    const session = await Session.open(playground.layout.webSession);
    const now: { section?: WebSection } = {};
    const isReadOnly = (): boolean => (now.section ?? { isReadOnly: settings.isReadOnly }).isReadOnly;
    const live = await Live.open(playground, { isReadOnly, log });
    const section = (now.section = new WebSection(settings, host, session, live));
    try {
      await section.#listen();
    } catch (error) {
      await section.stop();
      throw error;
    }
    return section;
  }

  get isReadOnly(): boolean {
    return this.#settings.isReadOnly;
  }

  async update(settings: WebSettings): Promise<void> {
    this.#settings = settings;
    if (settings.port !== undefined && settings.port !== this.#listening?.port) await this.#listen();
    this.#live.follow();
    this.#host.problem(undefined);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#listening?.close();
    await this.#live.close();
  }

  state(): { readonly [key: string]: unknown } {
    return { url: this.#url };
  }

  answer(question: string): OpenedWeb {
    if (question !== 'visit') throw new Error(`the web section knows no ${question}`);
    const { port } = this.#listening!;
    return { url: `${this.#url}?token=${this.#session.issue()}`, port, isReadOnly: this.isReadOnly };
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#listening?.port ?? 0}/`;
  }

  /** On the port that is set, or the one of before, or a free one; it goes on where it did if that cannot be. */
  async #listen(): Promise<void> {
    const { port } = this.#settings;
    const before = this.#listening;
    const ports = port === undefined ? [...(this.#session.port === undefined ? [] : [this.#session.port]), 0] : [port];
    this.#listening = await listen(this.#app, ports);
    await this.#session.keepPort(this.#listening.port);
    await before?.close();
  }
}
