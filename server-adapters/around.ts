import { isThenable } from "../sdk/observer.js";

/** Calls `run` and tells how it ended, at once or when its promise settles. What it returns or throws passes through. */
export function around<R>(
  run: () => R | Promise<R>,
  done: (result: R) => void,
  failed: (error: unknown) => void,
): R | Promise<R> {
  let result: R | Promise<R>;
  try {
    result = run();
  } catch (error) {
    failed(error);
    throw error;
  }
  if (isThenable(result)) {
    return result.then(
      (value) => {
        done(value);
        return value;
      },
      (error: unknown) => {
        failed(error);
        throw error;
      },
    );
  }
  done(result);
  return result;
}
