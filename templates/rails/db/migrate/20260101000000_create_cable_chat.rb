# frozen_string_literal: true

class CreateCableChat < ActiveRecord::Migration[7.0]
  def change
    create_table :cable_chat_conversations, id: false do |t|
      t.string :id, primary_key: true, null: false, **id_options
      # Whose it is: the visitor's id, opaque.
      t.string :owner, null: false, **exact
      t.integer :last_position, null: false, default: 0
      t.datetime :created_at, null: false, precision: 6
    end

    create_table :cable_chat_messages, id: false do |t|
      t.string :id, primary_key: true, null: false, **id_options
      t.string :conversation_id, null: false, **id_options
      t.integer :position, null: false
      t.string :role, null: false, limit: 16
      t.string :status, null: false, limit: 16
      # Without a foreign key: MySQL refuses to cascade through chains of more than 15.
      t.string :in_reply_to, **id_options
      # Of the whole text, in UTF-8.
      t.bigint :bytes, null: false, default: 0
      # Whether the log of its pieces was joined to one.
      t.boolean :folded, null: false, default: false
      t.string :lease, **id_options
      # Milliseconds since 1970 UTC, by the database's clock.
      t.bigint :deadline
      t.text :error
      t.string :reason, limit: 64
      t.string :feedback, limit: 8
      t.bigint :feedback_at
      t.datetime :created_at, null: false, precision: 6

      t.index %i[conversation_id position], unique: true
      # The few that are open, and those that a crash left to fold, are found without looking at all the others.
      t.index %i[folded status deadline]
      # For the limit of a minute.
      t.index :created_at
      t.foreign_key :cable_chat_conversations, column: :conversation_id, on_delete: :cascade
    end

    # The texts: an append-only log while an answer grows, so that the thousandth piece costs no more than the first; a
    # single piece afterwards. Bytes and not characters, so that offsets need no arithmetic and U+0000 is one like others.
    create_table :cable_chat_pieces, id: false do |t|
      t.string :message_id, null: false, **id_options
      t.integer :byte_offset, null: false
      # MySQL's plain blob ends at 64 KiB.
      t.binary :content, null: false, limit: 16.megabytes - 1

      t.index %i[message_id byte_offset], unique: true
      t.foreign_key :cable_chat_messages, column: :message_id, on_delete: :cascade
    end
  end

  private
    # Ids are compared byte by byte; MySQL's default collations do not tell upper from lower case.
    def id_options
      { limit: 36, **exact("ascii") }
    end

    def exact(charset = "utf8mb4")
      connection.adapter_name.match?(/mysql|trilogy/i) ? { charset: charset, collation: "#{charset}_bin" } : {}
    end
end
