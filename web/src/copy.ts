// Handing on: to the clipboard, and as a file.
import type { Context } from './context';
import { h } from './dom';

/** Where a page came over plain HTTP there is no clipboard to ask for; what is chosen can be copied all the same. */
const copyChosen = (text: string): boolean => {
  const area = h('textarea', { class: 'unseen' });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
};

const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyChosen(text);
  }
};

/** A button that says beside it, and aloud, whether it was done. */
export const copyButton = (
  { words, announce }: Pick<Context, 'words' | 'announce'>,
  label: string,
  text: () => string,
): HTMLElement => {
  const said = h('span', { class: 'quiet small' });
  const run = async (): Promise<void> => {
    const copied = await copy(text());
    element.focus();
    said.textContent = words.t(copied ? 'copied' : 'not-copied');
    announce(said.textContent);
  };
  const element = h('button', { type: 'button', click: () => void run() }, label);
  return h('span', { class: 'copy' }, element, said);
};

/** Gives the bytes to the browser to be kept as a file, as they are. */
export const saveButton = (label: string, name: string, content: BlobPart): HTMLElement =>
  h(
    'button',
    {
      type: 'button',
      click: () => {
        const address = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
        h('a', { href: address, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(address), 10000);
      },
    },
    label,
  );
