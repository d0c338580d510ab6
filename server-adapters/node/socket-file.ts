import { once } from "node:events";
import { lstat, unlink } from "node:fs/promises";
import net from "node:net";
import { StateFunError } from "../../sdk/errors.js";

/**
 * Removes a socket file that nobody listens on: a process that was killed leaves one behind. Anything else that lies
 * there is left alone.
 *
 * @throws StateFunError `invalid-argument` if somebody listens on it, or it is no socket
 */
export async function removeStaleSocketFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new StateFunError(
      "invalid-argument",
      `socketPath ${path} is a file and no socket: choose another path`,
    );
  }
  if (await isListenedOn(path)) {
    throw new StateFunError(
      "invalid-argument",
      `another process listens on socketPath ${path}: end it, or choose another path`,
    );
  }
  await unlink(path);
}

async function isListenedOn(path: string): Promise<boolean> {
  const socket = net.connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
