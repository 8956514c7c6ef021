import { AppThread } from "./app-thread.ts";
import type { AppOptions } from "./app-thread.ts";
import type { RegisteredFunction, RpcInvocationRequest, RpcInvocationResponse } from "./rpc.ts";

/** As many times as the host starts a worker again before it gives up. */
const RESTARTS = 3;

/** The app, through as many threads as it takes. */
export class App {
  readonly functions: RegisteredFunction[];
  readonly #options: AppOptions;
  #thread: AppThread;
  #crashes = 0;

  private constructor(options: AppOptions, thread: AppThread, functions: RegisteredFunction[]) {
    this.#options = options;
    this.#thread = thread;
    this.functions = functions;
    void this.#watch(thread);
  }

  /**
   * Loads the app.
   * @throws {AppLoadError} it could not be loaded, and has no functions
   */
  static async load(options: AppOptions): Promise<App> {
    const thread = new AppThread(options);
    try {
      return new App(options, thread, await thread.functions);
    } catch (error) {
      await thread.kill();
      throw error;
    }
  }

  /** @throws {FunctionFailedError} the function failed, or the app ended under it */
  async invoke(request: RpcInvocationRequest): Promise<RpcInvocationResponse> {
    const thread = this.#thread;
    // A thread that could not be loaded again has ended, and refuses for itself.
    await thread.functions.catch(() => {});
    return thread.invoke(request);
  }

  /** Ends whatever the app is doing, and loads it anew. */
  async restart(): Promise<void> {
    const old = this.#thread;
    this.#renew();
    await old.kill();
  }

  /** Lets appTerminate hooks run. */
  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }

  async kill(): Promise<void> {
    await this.#thread.kill();
  }

  #renew(): void {
    this.#thread = new AppThread(this.#options);
    this.#thread.functions.catch((error: Error) => this.#error(error.message));
    void this.#watch(this.#thread);
  }

  async #watch(thread: AppThread): Promise<void> {
    const error = await thread.ended;
    if (error === undefined || thread !== this.#thread) return;
    this.#error(`Worker uncaught exception: ${error.stack ?? error.message}`);
    this.#crashes += 1;
    if (this.#crashes <= RESTARTS) this.#renew();
    else this.#error(`The app has ended ${this.#crashes} times and is not started again. Restart the host.`);
  }

  #error(message: string): void {
    this.#options.log({ level: "error", category: "Host", message });
  }
}
