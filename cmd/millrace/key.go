package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

func (p *program) keyCommand() *cobra.Command {
	return p.group("key", "Make, list and revoke API keys", "",
		leaf("new [NAME]", "Make a key and print it, this once", 0, 1, func(ctx context.Context, args []string) error {
			order := map[string]string{}
			if len(args) > 0 {
				order["name"] = args[0]
			}
			return answer(ctx, p, request{method: http.MethodPost, path: "/keys", body: order}, func(k key) error {
				fmt.Fprintln(p.out, k.Secret)
				fmt.Fprintf(p.err, "Key %s. Send it in the header X-Api-Key; it is not shown again.\n", k.ID)
				return nil
			})
		}),
		leaf("list", "List the keys, without the keys themselves", 0, 0, func(ctx context.Context, _ []string) error {
			return answer(ctx, p, request{path: "/keys"}, p.showKeys)
		}),
		leaf("revoke ID", "Have a key open nothing any more", 1, 1, func(ctx context.Context, args []string) error {
			c, err := p.daemon(ctx)
			if err != nil {
				return err
			}
			if _, err := c.call(ctx, request{method: http.MethodDelete, path: "/keys/" + url.PathEscape(args[0])}); err != nil {
				return err
			}
			if p.json {
				return p.writeJSON(map[string]string{"revoked": args[0]})
			}
			fmt.Fprintf(p.out, "Key %s is revoked.\n", args[0])
			return nil
		}),
	)
}

func (p *program) showKeys(page keyPage) error {
	if len(page.Keys) == 0 {
		fmt.Fprintln(p.err, "No keys. Make one with 'millrace key new'.")
		return nil
	}
	now := p.now()
	t := newTable("ID", "NAME", "MADE")
	for _, k := range page.Keys {
		t.add(k.ID, k.Name, when(k.Created, now))
	}
	return t.write(p.out)
}

func (p *program) passwordCommand() *cobra.Command {
	c := leaf("password", "Set the password of the pages", 0, 0, func(ctx context.Context, _ []string) error {
		word, err := p.newPassword()
		if err != nil {
			return err
		}
		return answer(ctx, p, request{method: http.MethodPut, path: "/password", body: map[string]string{"password": word}}, p.say)
	})
	c.Long = `Sets the password of the pages. It is asked for twice, or read from standard input where that is no terminal. A password
in the configuration (server.password) goes before it.`
	return c
}

// newPassword reads a password: from a person twice and unseen, else the first line.
func (p *program) newPassword() (string, error) {
	file, ok := p.in.(*os.File)
	if !p.person || !ok {
		line, err := bufio.NewReader(p.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", usagef("there is no password on standard input")
		}
		return line, longEnough(line)
	}
	first, err := p.unseen(file, "New password: ")
	if err != nil {
		return "", err
	}
	again, err := p.unseen(file, "Again: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("they differ; nothing was changed")
	}
	return first, longEnough(first)
}

func longEnough(password string) error {
	if len([]rune(password)) < 8 {
		return usagef("a password has at least 8 characters")
	}
	return nil
}

func (p *program) unseen(f *os.File, prompt string) (string, error) {
	fmt.Fprint(p.err, prompt)
	word, err := term.ReadPassword(f.Fd())
	fmt.Fprintln(p.err)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(word), nil
}
