import { readdir, readFile, readlink } from 'node:fs/promises';

const listenState = '0A';

/** The TCP ports that a process listens on (Linux). */
export async function listeningPorts(pid: number): Promise<number[]> {
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const rows = (await readFile(`/proc/${pid}/net/tcp`, 'utf8')).trim().split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === listenState && inodes.has(inode))
    .map(([, local]) => Number.parseInt(local.split(':')[1], 16));
}
