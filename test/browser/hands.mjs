// What an officer does at the console, as one function each.

export const at = (officer, stage, hash) => officer.page.goto(`${stage.addresses[officer.party]}/#${hash}`);

export async function write(page, { precedence, to, subject, text, level }) {
  await page.locator(".compose .sign").waitFor();
  if (precedence)
    await page.locator(".compose .row select").first().selectOption(precedence);
  for (const name of to ?? [])
    await page.locator(`[data-to="${name}"]`).selectOption("action");
  if (level)
    await page.locator(".label-choice select").selectOption(level);
  if (subject)
    await page.locator(".compose .subject").fill(subject);
  await page.locator(".compose .text textarea").fill(text);
}

// Signs with the keyboard; the place where it stands, or the refusal's words.
export async function sign(page) {
  await page.locator(".compose .text textarea").press("Control+Enter");
  const result = page.locator(".compose .done, .compose .warning.bad").first();
  await result.waitFor();
  return await result.getAttribute("data-place") ?? await result.innerText();
}

// Two seconds on a button, by the keyboard.
export async function hold(page, name) {
  const button = page.locator(`[data-act=${name}]:enabled`);
  await button.waitFor();
  await button.focus();
  await page.keyboard.down("Space");
  await page.waitForTimeout(2200);
  await page.keyboard.up("Space");
}

export const step = (page, name) => page.locator(`.message .rungs [data-step="${name}"]`).first().waitFor();

// To it by Tab alone, as a hand without a mouse goes: fails where no Tab leads.
export async function tabTo(page, selector, most = 300) {
  await page.locator(selector).first().waitFor();
  for (let i = 0; i < most; i++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector))
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${selector}`);
}
