// Files go in pieces (tus 1.0): a broken line costs one piece, not the file.
import { Upload } from "tus-js-client";
import { csrf, type Refusal } from "./page";

const PIECE = 1024 * 1024; // bytes
export const UPLOADS = "/api/questionnaire/uploads";

/** The server said no; another attempt would not help. */
export class Refusing extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code = "",
  ) {
    super(message);
  }
}

interface Sending {
  file: Blob;
  name: string;
  purpose: string; // "form/<id>/<instance>" or "report/<unit>/<indicator>"
  url: string; // where it was begun, "" for a new one
  began: (url: string) => void;
  progress?: (percent: number) => void;
}

/** Sends a file, going on where it broke off; returns its address. Raises Refusing, or Error without a line. */
export function sendFile({ file, name, purpose, url, began, progress }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: UPLOADS,
      uploadUrl: url || null,
      chunkSize: PIECE,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { filename: name, purpose },
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrf()),
      onUploadUrlAvailable: () => began(upload.url ?? ""),
      onProgress: (sent, all) => progress?.(all ? Math.round((100 * sent) / all) : 100),
      onSuccess: () => resolve(upload.url ?? ""),
      onError: (error) => {
        const answer = "originalResponse" in error ? error.originalResponse : null;
        const status = answer?.getStatus() ?? 0;
        if (status < 400 || status >= 500 || status === 409 || status === 423)
          return reject(new Error("offline"));
        reject(new Refusing(status, sentence(answer?.getBody() ?? "")));
      },
    });
    upload.start();
  });
}

function sentence(body: string): string {
  try {
    return (JSON.parse(body) as Refusal).message;
  } catch {
    return body.slice(0, 300);
  }
}
