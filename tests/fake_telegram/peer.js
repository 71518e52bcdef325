// telegram-test-api (npm, not ours) behind the repairs it needs before python-telegram-bot can talk to it:
// getMe lacks is_bot; a sent message's date is in milliseconds; several methods answer null where true is due;
// what was given as JSON text comes back as text;
// a tapped button's update lacks chat_instance; getUpdates never waits.
// Usage: node peer.js PATH-OF-ITS-NODE_MODULES
const path = require('path');
const modules = process.argv[2];
const TelegramServer = require(path.join(modules, 'telegram-test-api'));
const express = require(path.join(modules, 'express'));

const app = express();
app.use((req, res, next) => {
  if (!req.path.startsWith('/bot')) return next();
  const json = res.json.bind(res);
  res.json = (body) => {
    if (!body || !body.ok) return json(body);
    if (req.path.endsWith('/getMe')) body.result.is_bot = true;
    if (body.result === null) body.result = true;
    if (body.result.date > 1e12) body.result.date = Math.floor(body.result.date / 1000);
    if (typeof body.result.link_preview_options === 'string') {
      body.result.link_preview_options = JSON.parse(body.result.link_preview_options);
    }
    if (!req.path.endsWith('/getUpdates')) return json(body);
    for (const update of body.result) if (update.callback_query) update.callback_query.chat_instance = '1';
    return body.result.length ? json(body) : setTimeout(() => json(body), 100);
  };
  next();
});
app.use(new TelegramServer({ port: 9 }).webServer);
const listening = app.listen(0, '127.0.0.1', () => console.log(listening.address().port));
